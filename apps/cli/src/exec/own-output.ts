/** What a shell says of a program that was ended because nobody reads it: 128 and SIGPIPE. */
const NOBODY_READS = 141;

/**
 * Listens for the end of this process's own outputs: whoever writes to them what comes from elsewhere must stop it there.
 * `failed` is told once, with the exit status and, unless a reader has merely gone, why. Returns how to stop.
 */
export function watchOwnOutput(failed: (status: number, why: string | undefined) => void): () => void {
  let isTold = false;
  const onError = (error: NodeJS.ErrnoException) => {
    if (isTold) return;
    isTold = true;
    if (error.code === "EPIPE") failed(NOBODY_READS, undefined);
    else failed(1, `The output cannot be written: ${error.message}`);
  };
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.on("error", onError);
  return () => {
    for (const stream of streams) stream.off("error", onError);
  };
}

export interface FleetPlan {
  /** So many run first, and the others only if none of them fails. */
  canary: number;
  /** How many run at a time. */
  batch: number;
  /** After more failures than this nothing new is started. */
  maxFail: number;
}

/**
 * Runs something on each of many targets. Results are in the order of the targets; undefined for one that was not
 * started, because too much had failed or `signal` said so.
 */
export async function runFleet<Target, Result>(
  targets: readonly Target[],
  { canary, batch, maxFail }: FleetPlan,
  run: (target: Target) => Promise<Result>,
  { isFailure, signal }: { isFailure(result: Result): boolean; signal?: AbortSignal | undefined },
): Promise<(Result | undefined)[]> {
  const results = new Array<Result | undefined>(targets.length).fill(undefined);
  let failures = 0;
  /** Runs targets up to this index; a worker each for as many as run at a time. */
  const runUpTo = async (from: number, end: number, mayFail: number): Promise<void> => {
    let next = from;
    const worker = async () => {
      while (next < end && failures <= mayFail && !signal?.aborted) {
        const index = next++;
        const result = await run(targets[index] as Target);
        results[index] = result;
        if (isFailure(result)) failures += 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(batch, end - from) }, worker));
  };
  const first = Math.min(canary, targets.length);
  await runUpTo(0, first, Number.POSITIVE_INFINITY);
  if (first === 0 || failures === 0) await runUpTo(first, targets.length, maxFail);
  return results;
}

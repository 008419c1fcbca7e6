/** `ztna`, the machine's side: see program.ts for what it understands. */
import { main } from "./program.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
// A full disk behind the log, or a reader that has gone, must not end a shell.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: stop.signal,
});
// Nothing should be left to wait for. Should something be, the command is over all the same.
setTimeout(() => process.exit(), 1_000).unref();

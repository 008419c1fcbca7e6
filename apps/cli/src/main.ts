import { exitStatus } from "@sallyport/protocol";
import { CommanderError } from "commander";
import { FORMATS, type Format } from "./output/format.ts";
import { reportError } from "./output/report-error.ts";
import { buildProgram } from "./program.ts";

/** The format that was asked for, in a line that may be no valid one. */
function formatIn(args: readonly string[]): Format {
  const asked = args.flatMap((arg, index) => {
    const [, inOne] = /^(?:-o=?|--output=)(.+)$/.exec(arg) ?? [];
    return inOne ?? (arg === "-o" || arg === "--output" ? (args[index + 1] ?? []) : []);
  });
  return FORMATS.find((format) => format === asked.at(-1)) ?? "table";
}

/** A reader that went away, as with `| head`, wants no more; whoever listens for that himself has something to put right. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  if (process.stdout.listenerCount("error") === 1) process.exit();
});

const args = process.argv.slice(2);
const program = buildProgram();
try {
  await program.parseAsync(args, { from: "user" });
} catch (error) {
  // Help and version have been shown; without being asked for, help stands for a word that is missing.
  const isShown = error instanceof CommanderError && /^commander\.(help|version)/.test(error.code);
  if (isShown) process.exitCode = error.exitCode === 0 ? 0 : exitStatus("INVALID_INPUT");
  else process.exitCode = reportError(error, formatIn(args));
}

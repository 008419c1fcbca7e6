/** What every command is given, and how it is run: settings, where its results go, and whose it is. */
import type { Command } from "commander";
import { Printer } from "./output/printer.ts";
import { reportError } from "./output/report-error.ts";
import { say } from "./output/say.ts";
import { type Flags, readSettings, type Settings } from "./settings/settings.ts";
import { type Operator, signedIn } from "./signed-in.ts";

export interface Cli {
  /** What was said on this very command line. */
  flags: Flags;
  settings: Settings;
  print: Printer;
  /** @throws AppError `UNAUTHORIZED` when nobody is signed in */
  signedIn(): Promise<Operator>;
}

/** A topic's commands: `machine`, `session`, … */
export type Topic = (program: Command) => void;

type Action<Args extends unknown[]> = (...given: [...Args, Command]) => Promise<void>;

/**
 * Makes a commander action of a command. Its own arguments and options come after `cli`; what it throws is reported in
 * the format of its output, and becomes the exit status.
 */
export const run = <Args extends unknown[]>(command: (cli: Cli, ...args: Args) => Promise<void> | void): Action<Args> =>
  runWithFlags(async (flags, ...args: Args) => {
    const settings = await readSettings(flags);
    for (const warning of settings.warnings) say(`warning: ${warning}`);
    // Known from here on, whatever the file says the output is.
    const cli = { flags, settings, print: new Printer(settings.output), signedIn: () => signedIn(settings) };
    try {
      await command(cli, ...args);
    } catch (error) {
      process.exitCode = reportError(error, settings.output);
    }
  });

/** The same for commands that need no settings, those that repair them among them. */
export const runWithFlags =
  <Args extends unknown[]>(command: (flags: Flags, ...args: Args) => Promise<void> | void): Action<Args> =>
  async (...given) => {
    const flags = flagsOf(given.at(-1) as Command);
    try {
      await command(flags, ...(given.slice(0, -1) as unknown as Args));
    } catch (error) {
      process.exitCode = reportError(error, flags.output ?? "table");
    }
  };

/** Options of every command, given before its name or after it; the one nearest to the end counts. */
function flagsOf(command: Command): Flags {
  const outer = command.parent ? flagsOf(command.parent) : {};
  return { ...outer, ...command.opts<Flags>() };
}

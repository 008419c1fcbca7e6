/** The command line: arguments in, exit status out. Commands are loaded when they run, so each process holds only its own. */
import { PRODUCT_VERSION } from "@sallyport/protocol";
import { Command, CommanderError } from "commander";
import type { CommandContext, ExitCode } from "./commands/command-context.ts";
import { EXIT_USAGE, exitStatusOf } from "./commands/exit-status.ts";
import type { UpOptions } from "./commands/up.ts";
import { type Config, readConfig } from "./config.ts";
import { createLogger } from "./platform/logger.ts";
import { reasonOf } from "./platform/one-line.ts";
import { startSelf } from "./platform/start-self.ts";
import { openStateDir } from "./state/state-dir.ts";

export interface ProgramIo {
  env: NodeJS.ProcessEnv;
  out(text: string): void;
  err(text: string): void;
  /** Aborted when the process is told to stop. */
  signal: AbortSignal;
}

type Run = (context: CommandContext) => Promise<ExitCode>;

const EXAMPLES = `
Examples:
  ZTNA_AUTH_KEY=tskey-auth-... ztna up --control-url https://door.example.com
                        register this machine and stay connected in the background
  ztna up --foreground  the same for a service manager, once registered
  ztna status --json    whether it is connected, for scripts
  ztna down             end all sessions and be offline at once

Environment:
  ZTNA_CONTROL_URL      the control plane, such as https://door.example.com
  ZTNA_AUTH_KEY         the key to register with; wins over --auth-key
  ZTNA_TAGS             tags to register with, separated by commas
  ZTNA_STATE_DIR        where the registration and the log are kept (default: ~/.config/ztna)
  LOG_LEVEL             debug, info, warn, error or silent (default: info)

Exit status: 0 done, 1 our fault, 2 wrong usage, 3 not registered or key refused, 5 conflict,
6 not connected, 254 refused by policy, 255 the control plane does not answer`;

/** Runs one command line to its end. */
export async function main(args: readonly string[], io: ProgramIo): Promise<ExitCode> {
  let exit: ExitCode = 0;
  const say = (line: string) => io.err(`${line}\n`);
  try {
    const config = readConfig(io.env);
    const program = buildProgram(io, async (stateDir, run) => {
      exit = await run(contextOf(config, stateDir, io));
    });
    await program.parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    // Commander has printed its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    say(`ztna: ${reasonOf(error)}`);
    return exitStatusOf(error);
  }
}

function contextOf(config: Config, stateDir: string | undefined, { out, err, signal }: ProgramIo): CommandContext {
  const dir = openStateDir(stateDir ?? config.stateDir);
  const logger = createLogger({ level: config.logLevel, write: err, fields: { pid: process.pid } });
  return {
    config,
    dir,
    logger,
    signal,
    out: (line) => out(`${line}\n`),
    err: (line) => err(`${line}\n`),
    startSelf: (args, nodeFlags = []) =>
      startSelf({ args, nodeFlags, logFile: dir.logFile, env: config.environment, cwd: dir.path }),
  };
}

function buildProgram(
  { out, err }: ProgramIo,
  start: (stateDir: string | undefined, run: Run) => Promise<void>,
): Command {
  const program = new Command("ztna")
    .description("Connects this machine to a Sallyport control plane. It only ever dials out.")
    .version(PRODUCT_VERSION, "-V, --version")
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError("(add --help for usage)")
    .addHelpText("after", EXAMPLES);
  const command = (name: string, summary: string, examples = "", hidden = false) =>
    program
      .command(name, { hidden })
      .description(summary)
      .option("--state-dir <dir>", "where the registration and the log are kept (default: ~/.config/ztna)")
      .addHelpText("after", examples);

  command(
    "up",
    "register this machine if it is not yet, then stay connected",
    "\nExamples:\n  ZTNA_AUTH_KEY=tskey-auth-... ztna up\n  ztna up --hostname db-1 --control-url https://door.example.com\n  ztna up --foreground\n\nExit status 0 when connected, 3 when the auth key was refused, 6 when still trying in the background.",
  )
    .option("--auth-key <key>", "the key to register with (better: ZTNA_AUTH_KEY, which other users cannot see)")
    .option("--hostname <name>", "the machine's name (default: the host name)")
    .option("--tag <tags...>", "tags to register with, of those that the key allows (default: all of them)")
    .option("--control-url <url>", "the control plane (default: http://127.0.0.1:8080)")
    .option("--foreground", "run in this process, logging to standard error, for service managers")
    .option("--insecure", "allow unencrypted http:// to another host")
    .action(async ({ stateDir, ...options }: UpOptions & { stateDir?: string }) =>
      start(stateDir, async (context) => (await import("./commands/up.ts")).up(options, context)),
    );
  command("down", "end all sessions, stop the agent and be offline at once", "\nExample:\n  ztna down").action(
    async ({ stateDir }: { stateDir?: string }) =>
      start(stateDir, async (context) => (await import("./commands/down.ts")).down(context)),
  );
  command(
    "status",
    "show what this machine is and whether it is connected",
    "\nExamples:\n  ztna status\n  ztna status --json\n\nExit status 0 when connected, 6 when not, 3 when not registered.",
  )
    .option("--json", "one JSON object, for scripts")
    .action(async ({ stateDir, ...options }: { json?: boolean; stateDir?: string }) =>
      start(stateDir, async (context) => (await import("./commands/status.ts")).status(options, context)),
    );
  command("logout", "down, and remove this machine's registration", "\nExample:\n  ztna logout").action(
    async ({ stateDir }: { stateDir?: string }) =>
      start(stateDir, async (context) => (await import("./commands/logout.ts")).logout(context)),
  );
  command("session-host", "own the terminals (started by the agent itself)", "", true).action(
    async ({ stateDir }: { stateDir?: string }) =>
      start(stateDir, async (context) => (await import("./commands/session-host.ts")).sessionHost(context)),
  );
  return program;
}

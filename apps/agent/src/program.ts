/** The command line: arguments in, exit status out. Commands are loaded when they run, so each process holds only its own. */
import { homedir } from "node:os";
import { join } from "node:path";
import { PRODUCT_VERSION } from "@sallyport/protocol";
import { Command, CommanderError } from "commander";
import type { CommandContext, ExitCode } from "./commands/command-context.ts";
import type { DesktopOptions } from "./commands/desktop.ts";
import { EXIT_USAGE, exitStatusOf } from "./commands/exit-status.ts";
import type { InstallOptions, ServiceIo } from "./commands/service.ts";
import type { UpOptions } from "./commands/up.ts";
import { type Config, readConfig } from "./config.ts";
import { createLogger } from "./platform/logger.ts";
import { oneLine, reasonOf } from "./platform/one-line.ts";
import { startSelf } from "./platform/start-self.ts";
import { openStateDir } from "./state/state-dir.ts";
import { UsageError } from "./usage-error.ts";

export interface ProgramIo {
  env: NodeJS.ProcessEnv;
  out(text: string): void;
  err(text: string): void;
  /** Aborted when the process is told to stop. */
  signal: AbortSignal;
}

/** Whose agent a command is about: that of a state directory, of a node's file, or this machine's. */
interface Place {
  stateDir?: string;
  config?: string;
}
type Start = (place: Place, run: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

const CONFIG_OPTION = "the YAML file of a gateway, hub or spoke";
const EXAMPLES = `
Examples:
  ZTNA_AUTH_KEY=tskey-auth-... ztna up --control-url https://door.example.com
                        register this machine and stay connected in the background
  ztna up --foreground  the same for a service manager, once registered
  ztna agent --config /etc/gatekey/hub.yaml
                        run a gateway, hub or spoke
  ztna status --json    whether it is connected, for scripts
  ztna down             end all sessions and be offline at once
  ztna desktop --virtual 1920x1080
                        give a machine without a screen a desktop that viewers can see

Environment:
  ZTNA_CONTROL_URL      the control plane, such as https://door.example.com
  ZTNA_AUTH_KEY         the key to register with; wins over --auth-key
  ZTNA_TAGS             tags to register with, separated by commas
  ZTNA_DISPLAY          the X display that viewers see, such as :0 (default: the one that is found)
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
    const exited = (status: ExitCode) => {
      exit = status;
    };
    const program = buildProgram(
      io,
      async (place, run) => exited(await run(await contextOf(config, place, io))),
      exited,
    );
    await program.parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    // Commander has printed its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    say(`ztna: ${error instanceof UsageError ? linesOf(error.message) : reasonOf(error)}`);
    return exitStatusOf(error);
  }
}

/** A file may have many things wrong with it; each stays on its line. */
const linesOf = (text: string): string =>
  text
    .split("\n")
    .map((line) => oneLine(line, 400))
    .join("\n");

async function contextOf(
  config: Config,
  { stateDir, config: file }: Place,
  { out, err, signal }: ProgramIo,
): Promise<CommandContext> {
  // Only who needs it loads the YAML parser.
  const node = file === undefined ? undefined : (await import("./node-config/place-node.ts")).placeNode(file, config);
  const dir = openStateDir(stateDir ?? node?.stateDir ?? config.stateDir ?? join(homedir(), ".config", "ztna"));
  const logLevel = node?.config.log_level ?? config.logLevel;
  const logger = createLogger({ level: logLevel, write: err, fields: { pid: process.pid } });
  return {
    config,
    dir,
    node,
    logger,
    signal,
    out: (line) => out(`${line}\n`),
    err: (line) => err(`${line}\n`),
    startSelf: (args, nodeFlags = []) =>
      startSelf({
        args,
        nodeFlags,
        logFile: dir.logFile,
        env: {
          ...config.environment,
          ...(node?.config.log_level && { LOG_LEVEL: logLevel }),
          ...(config.display !== undefined && { ZTNA_DISPLAY: config.display }),
        },
        cwd: dir.path,
      }),
  };
}

function buildProgram({ out, err }: ProgramIo, start: Start, exited: (status: ExitCode) => void): Command {
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
    .action(async ({ stateDir, ...options }: UpOptions & Place) =>
      start({ ...(stateDir !== undefined && { stateDir }) }, async (context) =>
        (await import("./commands/up.ts")).up(options, context),
      ),
    );
  command(
    "agent",
    "run a gateway, hub or spoke in this process, logging to standard error, for service managers",
    "\nExamples:\n  ztna agent --config /etc/gatekey/hub.yaml\n  ztna status --config /etc/gatekey/hub.yaml\n\nA change of the file takes effect after a restart. Exit status 2 when the file cannot be used, 3 when the token was refused.",
  )
    .requiredOption("--config <file>", CONFIG_OPTION)
    .action(async (place: Place) =>
      start(place, async (context) => (await import("./commands/agent.ts")).agent(context)),
    );
  command(
    "down",
    "end all sessions, stop the agent and be offline at once",
    "\nExamples:\n  ztna down\n  ztna down --config /etc/gatekey/hub.yaml",
  )
    .option("--config <file>", CONFIG_OPTION)
    .action(async (place: Place) =>
      start(place, async (context) => (await import("./commands/down.ts")).down(context)),
    );
  command(
    "status",
    "show what this machine is and whether it is connected",
    "\nExamples:\n  ztna status\n  ztna status --json\n\nExit status 0 when connected, 6 when not, 3 when not registered.",
  )
    .option("--json", "one JSON object, for scripts")
    .option("--config <file>", CONFIG_OPTION)
    .action(async ({ json, ...place }: { json?: boolean } & Place) =>
      start(place, async (context) => (await import("./commands/status.ts")).status({ json: json ?? false }, context)),
    );
  command(
    "desktop",
    "show which display viewers of this machine would see, or start one on a machine without a screen",
    "\nExamples:\n  ztna desktop\n  ztna desktop --virtual 1920x1080\n  ztna desktop --virtual 1280x800 --display :5 -- xterm -e htop\n\nA virtual display needs Xvfb (apt-get install xvfb, or dnf install xorg-x11-server-Xvfb) and lasts until Ctrl-C.\nExit status 0 when there is a display, 1 when there is none, 5 when the virtual one runs already.",
  )
    .argument("[command...]", "what to run in the virtual display, after -- (default: the desktop that is installed)")
    .option("--virtual <size>", "start a display of this size, such as 1920x1080, with a session in it")
    .option("--display <number>", "the number of the virtual display, such as :5 (default: the first free one)")
    .action(async (session: string[], { stateDir, ...options }: DesktopOptions & Place) =>
      start({ ...(stateDir !== undefined && { stateDir }) }, async (context) =>
        (await import("./commands/desktop.ts")).desktop({ ...options, session }, context),
      ),
    );
  command("logout", "down, and remove this machine's registration", "\nExample:\n  ztna logout")
    .option("--config <file>", CONFIG_OPTION)
    .action(async (place: Place) =>
      start(place, async (context) => (await import("./commands/logout.ts")).logout(context)),
    );
  command("session-host", "own the terminals (started by the agent itself)", "", true).action(async (place: Place) =>
    start(place, async (context) => (await import("./commands/session-host.ts")).sessionHost(context)),
  );
  registerService(program, { out: (line) => out(`${line}\n`), err: (line) => err(`${line}\n`) }, exited);
  return program;
}

function registerService(program: Command, io: ServiceIo, exited: (status: ExitCode) => void): void {
  const service = program.command("service").description("systemd services for agents");
  const commands = () => import("./commands/service.ts");
  service
    .command("install")
    .description("write a hardened systemd unit, run as a user of its own, and start it")
    .option("--config <file>", `${CONFIG_OPTION} (default: this machine, as 'ztna up')`)
    .option(
      "--user <name>",
      "the user that the agent and its shells run as, made if missing (default: gatekey or ztna)",
    )
    .option("--dry-run", "print the unit and the steps, and do nothing")
    .addHelpText(
      "after",
      "\nExamples:\n  ztna service install --config /etc/gatekey/hub.yaml --dry-run\n  sudo ztna service install --config /etc/gatekey/hub.yaml\n  sudo systemctl restart gatekey-hub",
    )
    .action(async (options: InstallOptions) => exited((await commands()).installService(options, io)));
  service
    .command("uninstall [name]")
    .description("end a service with its sessions and remove its unit; registration and configuration are kept")
    .addHelpText("after", "\nExample:\n  sudo ztna service uninstall gatekey-hub")
    .action(async (name: string | undefined) => exited((await commands()).uninstallService(name, io)));
  service
    .command("status [name]")
    .description("what systemd says about the services that are installed")
    .addHelpText("after", "\nExample:\n  ztna service status gatekey-hub")
    .action(async (name: string | undefined) => exited((await commands()).serviceStatus(name, io)));
}

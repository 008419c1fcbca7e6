/** `ztna desktop --virtual`: an X server and a session in it, until either of them ends or it is told to stop. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import type { ScreenSize } from "../desktop/virtual/screen-size.ts";
import { findSessionProgram, isProgram } from "../desktop/virtual/session-program.ts";
import { endGroup, signalGroup, startServer } from "../desktop/virtual/virtual-display.ts";
import {
  readVirtualDisplay,
  removeVirtualDisplay,
  writeVirtualDisplay,
} from "../desktop/virtual/virtual-display-file.ts";
import { onAbort } from "../platform/on-abort.ts";
import { oneLine } from "../platform/one-line.ts";
import { isAlive } from "../platform/processes.ts";
import type { StateDir } from "../state/state-dir.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";
import { EXIT_CONFLICT } from "./exit-status.ts";

const SERVER_ENDED = "The X server has ended";

interface VirtualOptions {
  size: ScreenSize;
  number: number | undefined;
  /** Empty for the one that is installed. */
  session: string[];
}

const NO_SERVER =
  "a virtual display needs Xvfb: run 'apt-get install xvfb' (Debian, Ubuntu) or 'dnf install xorg-x11-server-Xvfb' (Fedora, RHEL)";
const NO_SESSION =
  "Nothing runs in it: no desktop is installed. 'apt-get install openbox xterm' is a small one, 'apt-get install xfce4' a whole one";

/** @throws Error in words when what it needs is not there */
export async function runVirtualDisplay(
  { size, number, session }: VirtualOptions,
  { dir, config, signal, out, err }: CommandContext,
): Promise<ExitCode> {
  const { environment } = config;
  if (!isProgram("Xvfb", environment.PATH)) throw new Error(NO_SERVER);
  const [program] = session;
  if (program !== undefined && !isProgram(program, environment.PATH)) {
    throw new UsageError(`there is no program ${oneLine(program)} on this machine`);
  }
  const running = readVirtualDisplay(dir);
  if (running && isAlive(running.pid)) {
    err(`The virtual display ${running.display} of ${dir.path} runs already`);
    return EXIT_CONFLICT;
  }
  if (running) endLeftOver(running.server_pid);

  const server = await startServer(size, { number, dir, environment });
  const { display } = server;
  const own: ChildProcess[] = [server.process];
  try {
    writeVirtualDisplay(dir, {
      display,
      xauthority: dir.virtualXauthority,
      server_pid: server.process.pid ?? 0,
      pid: process.pid,
    });
    out(`The display ${display} has ${size.width}x${size.height} pixels; viewers of this machine see it until Ctrl-C`);
    const command = session.length > 0 ? session : findSessionProgram(environment);
    if (command) {
      out(`In it runs: ${oneLine(command.join(" "))}`);
      own.push(startSession(command, { ...environment, DISPLAY: display, XAUTHORITY: dir.virtualXauthority }));
    } else out(NO_SESSION);
    const why = await untilOver(own, signal);
    if (why !== undefined) err(why);
    return why === SERVER_ENDED ? 1 : 0;
  } finally {
    // What the session started may have left its group: it ends with its display.
    for (const child of own.reverse()) await endGroup(child);
    forget(dir);
  }
}

function startSession([program = "", ...args]: string[], env: Record<string, string>): ChildProcess {
  return spawn(program, args, { env, cwd: env.HOME ?? "/", stdio: ["ignore", "ignore", "ignore"], detached: true });
}

/** Why it is over, undefined when it was told to stop. */
async function untilOver([server, session]: ChildProcess[], signal: AbortSignal): Promise<string | undefined> {
  const stopped = new Promise<undefined>((resolve) => onAbort(signal, () => resolve(undefined)));
  const serverEnded = ended(server).then(() => SERVER_ENDED);
  const sessionEnded = ended(session).then(() => "The session has ended, and its display with it");
  return Promise.race([stopped, serverEnded, sessionEnded]);
}

function ended(child: ChildProcess | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (!child) return;
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
}

/** The server of one that was killed. Its number may be another program's by now. */
function endLeftOver(pid: number): void {
  try {
    if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "Xvfb") signalGroup(pid, "SIGKILL");
  } catch {
    // It has gone.
  }
}

function forget(dir: StateDir): void {
  removeVirtualDisplay(dir);
  rmSync(dir.virtualXauthority, { force: true });
}

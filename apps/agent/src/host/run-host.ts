/** The session host: owns the terminals, outlives the link, and goes when nobody needs it any more. */
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { Toolbench } from "@sallyport/diagnostics";
import { PRODUCT_VERSION } from "@sallyport/protocol";
import { startDiagnostic } from "../diagnostics/diagnostic-program.ts";
import { CommandRecords } from "../exec/command-records.ts";
import { execEnvironment } from "../exec/exec-environment.ts";
import { spawnExec } from "../exec/exec-program.ts";
import { machineKeyOf } from "../identity/channel-keys.ts";
import type { Logger } from "../platform/logger.ts";
import { onAbort } from "../platform/on-abort.ts";
import { childStdio } from "../pty/child-stdio.ts";
import { shellEnvironment } from "../pty/shell-environment.ts";
import type { StoredRegistration } from "../state/registration-file.ts";
import type { StateDir } from "../state/state-dir.ts";
import type { HostFacts } from "./host-protocol.ts";
import { IdleTimer } from "./idle-timer.ts";
import { LinkPort, type LinkService } from "./link-port.ts";
import { obeyCommand } from "./obey-command.ts";
import { refusal } from "./refusal.ts";
import { ServerClock } from "./server-clock.ts";
import { SessionRegistry } from "./session-registry.ts";
import { SessionStream } from "./session-stream.ts";
import { SignedCommands } from "./signed-commands.ts";
import { spawnShell } from "./spawn-shell.ts";

/** A host without a session and without a link for this long is of no use to anyone. */
const IDLE_EXIT_MS = 10 * 60_000;

export interface HostOptions {
  dir: StateDir;
  registration: StoredRegistration;
  logger: Logger;
  /** What shells inherit, before it is cleaned. */
  environment: Record<string, string>;
  /** Ends the host as `shutdown` does. */
  signal: AbortSignal;
}

/** Runs a host until it is told to go or is of no use. Resolves to false when another one runs already. */
export async function runHost({ dir, registration, logger, environment, signal }: HostOptions): Promise<boolean> {
  const clock = new ServerClock();
  const identity = {
    machineId: registration.machine_id,
    machineKey: machineKeyOf(registration.machine_secret),
    clock,
  };
  const hostId = randomUUID();
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });

  const records = new CommandRecords(dir.path);
  const bench = new Toolbench({ stdio: childStdio });
  const sessions = new SessionRegistry({
    spawnShell: (size) => spawnShell(size, environment),
    spawnExec: (command) => {
      const { cwd, env, file, args } = execEnvironment(command.command, shellEnvironment(environment, userInfo()));
      const { stdin, recorded_bytes: recordedBytes } = command;
      let pid = 0;
      const program = spawnExec({ cwd, env, file, args, stdin, recordedBytes, ended: () => records.ended(pid) });
      pid = program.pid ?? 0;
      records.started(pid);
      return program;
    },
    startDiagnostic: (request) => startDiagnostic(request, bench),
    dialStream: (target, events) =>
      new SessionStream(target, identity, logger.with({ sessionId: target.sessionId }), events),
    logger,
    started: (session_id) => {
      port.report({ type: "session_started", session_id });
      noteUse();
    },
    ended: (session_id, exit) => {
      port.report({ type: "session_ended", session_id, exit });
      noteUse();
    },
    refused: (session_id, why) => port.report({ type: "refused", session_id, ...why }),
  });
  const idle = new IdleTimer(IDLE_EXIT_MS, () => shutdown("nobody needs this host"));
  const noteUse = () => idle.inUse(port.hasLink || sessions.liveCount > 0);
  const facts = (): HostFacts => ({
    host_id: hostId,
    pid: process.pid,
    version: PRODUCT_VERSION,
    sessions: sessions.list(),
  });
  const newService = (sessionEnabled: boolean): LinkService => {
    const signed = new SignedCommands({ ...identity, logger });
    if (!sessionEnabled) sessions.endPresent("sessions were switched off in this machine's configuration");
    return {
      challenge: signed.challenge,
      welcome: (message) => signed.welcome(message),
      command: (message) => {
        const verdict = signed.verify(message);
        const session_id = verdict.genuine ? verdict.command.sessionId : null;
        const why = verdict.genuine
          ? obeyCommand(verdict.command, { sessions, sessionEnabled, insecure: registration.insecure })
          : refusal("INVALID_COMMAND", verdict.reason);
        if (!why) return;
        logger.warn("command refused", { session_id, ...why });
        port.report({ type: "refused", session_id, ...why });
      },
    };
  };
  const shutdown = (reason: string) => {
    logger.info("session host stops", { reason });
    void sessions.endAll({ code: "AGENT_LOST", reason }).then(leave);
  };
  const port: LinkPort = new LinkPort({ facts, newService, shutdown, linkChanged: noteUse, logger });

  if (!(await port.listen(dir.hostSocket))) return false;
  records.endLeftovers();
  onAbort(signal, () => shutdown("the session host was told to stop"));
  noteUse();
  logger.info("session host ready", { hostId });
  await left;
  idle.stop();
  port.close();
  return true;
}

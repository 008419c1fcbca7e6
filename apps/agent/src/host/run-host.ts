/** The session host: owns the terminals, outlives the link, and goes when nobody needs it any more. */
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { HttpClient } from "@sallyport/client";
import { Toolbench } from "@sallyport/diagnostics";
import { desktopApi, PRODUCT_VERSION } from "@sallyport/protocol";
import type { StartedDesktop } from "../desktop/desktop-process.ts";
import { DesktopService } from "../desktop/desktop-service.ts";
import type { DesktopSettings } from "../desktop/desktop-settings.ts";
import type { DesktopPost } from "../desktop/session-posts.ts";
import { watchDisplays } from "../desktop/watch-displays.ts";
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
import { LinkPort, type LinkService, type MachineAllows } from "./link-port.ts";
import { obeyCommand } from "./obey-command.ts";
import { refusal } from "./refusal.ts";
import { ServerClock } from "./server-clock.ts";
import { SessionRegistry } from "./session-registry.ts";
import { SessionStream } from "./session-stream.ts";
import { SignedCommands } from "./signed-commands.ts";
import { spawnShell } from "./spawn-shell.ts";

/** A host without a session and without a link for this long is of no use to anyone. */
const IDLE_EXIT_MS = 10 * 60_000;

/** Somebody waits for a picture; what was not answered by then is tried again. */
const DESKTOP_POST_TIMEOUT_MS = 5_000;

export interface HostOptions {
  dir: StateDir;
  registration: StoredRegistration;
  logger: Logger;
  /** What shells inherit, before it is cleaned. */
  environment: Record<string, string>;
  /** Starts the process that shows desktops, with an IPC channel to it. */
  startDesktop: (settings: DesktopSettings) => StartedDesktop;
  /** Ends the host as `shutdown` does. */
  signal: AbortSignal;
}

/** Runs a host until it is told to go or is of no use. Resolves to false when another one runs already. */
export async function runHost({
  dir,
  registration,
  logger,
  environment,
  startDesktop,
  signal,
}: HostOptions): Promise<boolean> {
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
  const desktops = new DesktopService({
    identity,
    startProcess: startDesktop,
    post: desktopPoster(registration),
    report: (message) => port.report(message),
    usageChanged: () => noteUse(),
    logger,
  });
  const idle = new IdleTimer(IDLE_EXIT_MS, () => shutdown("nobody needs this host"));
  const noteUse = () => idle.inUse(port.hasLink || sessions.liveCount > 0 || desktops.isInUse);
  const facts = (): HostFacts => ({
    host_id: hostId,
    pid: process.pid,
    version: PRODUCT_VERSION,
    sessions: sessions.list(),
    desktop: desktops.facts,
    desktops: desktops.heldIds,
  });
  const newService = ({ sessionEnabled, desktop }: MachineAllows): LinkService => {
    const signed = new SignedCommands({ ...identity, logger });
    desktops.configure(desktop, { sessionEnabled });
    if (!sessionEnabled) sessions.endPresent("sessions were switched off in this machine's configuration");
    return {
      challenge: signed.challenge,
      welcome: (message) => {
        const offsetMs = signed.welcome(message);
        if (offsetMs !== undefined) desktops.linked();
        return offsetMs;
      },
      command: (message) => {
        const verdict = signed.verify(message);
        const session_id = verdict.genuine ? verdict.command.sessionId : null;
        const why = verdict.genuine
          ? obeyCommand(verdict.command, { sessions, desktops, sessionEnabled, insecure: registration.insecure })
          : refusal("INVALID_COMMAND", verdict.reason);
        if (!why) return;
        logger.warn("command refused", { session_id, ...why });
        port.report({ type: "refused", session_id, ...why });
      },
    };
  };
  const shutdown = (reason: string) => {
    logger.info("session host stops", { reason });
    desktops.stop(reason);
    void sessions.endAll({ code: "AGENT_LOST", reason }).then(leave);
  };
  const port: LinkPort = new LinkPort({ facts, newService, shutdown, linkChanged: noteUse, logger });

  if (!(await port.listen(dir.hostSocket))) return false;
  records.endLeftovers();
  const stopWatching = watchDisplays(() => desktops.look());
  onAbort(signal, () => shutdown("the session host was told to stop"));
  noteUse();
  logger.info("session host ready", { hostId });
  await left;
  stopWatching();
  idle.stop();
  port.close();
  return true;
}

/** Tells the control plane what a desktop has to say, as this machine. */
function desktopPoster({ control_url: baseUrl, node_key }: StoredRegistration) {
  const client = new HttpClient({ baseUrl, timeoutMs: DESKTOP_POST_TIMEOUT_MS });
  return async (session_id: string, post: DesktopPost): Promise<void> => {
    if (post.what === "answer") {
      await client.act(desktopApi, "answer", { node_key, session_id, sdp_answer: post.sdp });
    } else {
      await client.act(desktopApi, "agent_ice_candidate", { node_key, session_id, candidate: post.candidate });
    }
  };
}

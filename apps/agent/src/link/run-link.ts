/** The link process: one per state directory, from `ztna up` to `ztna down`. */
import { rmSync } from "node:fs";
import { PRODUCT_VERSION } from "@sallyport/protocol";
import type { MachineAllows } from "../host/link-port.ts";
import type { Logger } from "../platform/logger.ts";
import { onAbort } from "../platform/on-abort.ts";
import { type StoredRegistration, saveRegistration } from "../state/registration-file.ts";
import type { StateDir } from "../state/state-dir.ts";
import { writePrivateFile } from "../state/write-private-file.ts";
import { ControlLink } from "./control-link.ts";
import { HostSupervisor, type StartedProcess } from "./host-supervisor.ts";
import { type ConnectionState, clockWarning, type LinkStatus } from "./link-status.ts";
import { LocalServer } from "./local-server.ts";

export interface LinkOptions {
  dir: StateDir;
  registration: StoredRegistration;
  logger: Logger;
  startHost: () => StartedProcess;
  /** What the machine's own configuration allows. */
  allows: MachineAllows;
  /** Stops the link but, while something is open, not the host: the next link finds it. */
  signal: AbortSignal;
  changed?: (state: ConnectionState, registration: StoredRegistration) => void;
}

/** Why a link ended. */
export type LinkEnd = "stopped" | "already running" | "replaced";

export async function runLink({ dir, logger, allows, changed, ...options }: LinkOptions): Promise<LinkEnd> {
  let { registration } = options;
  let clockOffsetMs: number | null = null;
  let end = "stopped" as LinkEnd;

  const named = (name: string) => {
    if (name === registration.name) return;
    registration = { ...registration, name };
    saveRegistration(dir, registration);
    logger.info("renamed", { name });
  };
  const onClock = (offsetMs: number) => {
    const before = clockWarning(clockOffsetMs);
    clockOffsetMs = offsetMs;
    const warning = clockWarning(offsetMs);
    if (warning && !before) logger.warn(warning);
    local.changed();
  };

  const host = new HostSupervisor(
    { socketPath: dir.hostSocket, startHost: options.startHost, allows, logger },
    {
      report: (message) => {
        if (message.type === "clock") onClock(message.offset_ms);
        else control.report(message);
      },
      lost: (sessionIds) => control.hostLost(sessionIds),
      replaced: () => {
        end = "replaced";
        logger.error("another link of this state directory has taken over");
        host.release();
        control.stop("again");
      },
    },
  );
  const control: ControlLink = new ControlLink({
    controlUrl: registration.control_url,
    nodeKey: registration.node_key,
    host,
    sessionEnabled: allows.sessionEnabled,
    logger,
    named,
    changed: (state) => {
      local.changed();
      changed?.(state, registration);
    },
  });
  const status = (): LinkStatus => ({
    pid: process.pid,
    host_pid: host.pid ?? null,
    version: PRODUCT_VERSION,
    name: registration.name,
    connection: control.state,
    sessions: host.sessionCount,
    clock_offset_ms: clockOffsetMs,
  });
  let stopped: Promise<void> | undefined;
  const stop = async (how: "down" | "leave") => {
    // The host goes first: what it reports about its sessions' ends still has a way up.
    if (how === "down" || !host.isInUse) await host.stop("the agent was stopped");
    else host.release();
    control.stop("goodbye");
  };
  const stopOnce = (how: "down" | "leave") => {
    stopped ??= stop(how);
  };
  const local: LocalServer = new LocalServer({ status, down: () => stopOnce("down") });

  if (!(await local.listen(dir.linkSocket))) return "already running";
  onAbort(options.signal, () => stopOnce("leave"));
  writePrivateFile(dir.pidFile, `${process.pid}\n`);
  await control.run();
  await stopped;
  // What lies in the directory belongs to the newer link already.
  if (end !== "replaced") {
    local.close();
    rmSync(dir.pidFile, { force: true });
  }
  logger.info("link stopped", { why: end });
  return end;
}

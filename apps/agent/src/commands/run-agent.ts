/** Running the link: in this process, or in one of its own that this one watches until it is connected. */
import type { ChildProcess } from "node:child_process";
import { exitStatus } from "@sallyport/protocol";
import type { MachineAllows } from "../host/link-port.ts";
import type { LinkStatus } from "../link/link-status.ts";
import { watchStatus } from "../link/local-client.ts";
import { runLink } from "../link/run-link.ts";
import { oneLine } from "../platform/one-line.ts";
import { wait } from "../platform/wait.ts";
import type { StoredRegistration } from "../state/registration-file.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";
import { EXIT_CONFLICT, EXIT_TRY_LATER } from "./exit-status.ts";

/** How long `ztna up` waits before it leaves the rest to the background. */
const CONNECT_TIMEOUT_MS = 15_000;
/**
 * A young generation of 1 MiB instead of 16. What streams through a host is 32 KiB buffers that live for a moment:
 * collected early they stay in the processor's cache. 200 MB of output then cost 0.3 to 0.4 s of user time instead of
 * 0.8, and the process is 25 MB smaller after it (measured on Node 20; 4 MiB gains nothing, and idle it costs 3 MB).
 */
const HOST_NODE_FLAGS = ["--max-semi-space-size=1"];
/** Nobody tells when the background process listens: so look. */
const LOOK_EVERY_MS = 25;

/** @param allows what the machine's own configuration allows */
export async function runInForeground(
  registration: StoredRegistration,
  { dir, logger, signal, out, err, startSelf }: CommandContext,
  allows: MachineAllows,
): Promise<ExitCode> {
  let wasConnected = false;
  const end = await runLink({
    dir,
    registration,
    logger,
    signal,
    allows,
    startHost: () => startSelf(["session-host", "--state-dir", dir.path], HOST_NODE_FLAGS),
    changed: ({ state }, { name, tailnet_ip }) => {
      if (state !== "connected" || wasConnected) return;
      wasConnected = true;
      out(`Connected as ${oneLine(name)} (${oneLine(tailnet_ip)})`);
    },
  });
  if (end === "stopped") return 0;
  err(end === "replaced" ? "Another agent of this state directory has taken over" : "Already running");
  return EXIT_CONFLICT;
}

export async function runInBackground(
  { name, tailnet_ip }: StoredRegistration,
  { dir, out, err, startSelf }: CommandContext,
): Promise<ExitCode> {
  const child = startSelf(["up", "--foreground", "--state-dir", dir.path]);
  const status = await firstStatus(child, dir.linkSocket);
  if (!status) {
    err(`The agent did not start; see ${dir.logFile}`);
    return 1;
  }
  const { connection } = status;
  if (connection.state === "connected") {
    out(`Connected as ${oneLine(status.name || name)} (${oneLine(tailnet_ip)})`);
    return 0;
  }
  const reason = connection.state === "waiting" ? oneLine(connection.reason) : "the control plane does not answer";
  const refused = connection.state === "waiting" ? connection.refused : null;
  err(`Not connected yet: ${reason}. Still trying in the background; 'ztna status' shows how it goes`);
  return refused === null ? EXIT_TRY_LATER : exitStatus(refused);
}

/** The status once the background process is connected or refused, or the last one before the time was up. */
async function firstStatus(child: ChildProcess, linkSocket: string): Promise<LinkStatus | undefined> {
  const deadline = performance.now() + CONNECT_TIMEOUT_MS;
  const ended = new AbortController();
  child.once("exit", () => ended.abort());
  child.once("error", () => ended.abort());
  let last: LinkStatus | undefined;
  while (performance.now() < deadline) {
    const timeoutMs = deadline - performance.now();
    last = (await watchStatus(linkSocket, { enough: isSettled, timeoutMs })) ?? last;
    if (last && isSettled(last)) return last;
    // Nobody listens there. When it has ended, another one may have been quicker: hence one more look, above.
    if (ended.signal.aborted) return last;
    await wait(LOOK_EVERY_MS, ended.signal);
  }
  return last;
}

function isSettled({ connection }: LinkStatus): boolean {
  return connection.state === "connected" || (connection.state === "waiting" && connection.refused !== null);
}

/** `ztna down`: end every session, stop both processes, and be offline at once. */
import { readFileSync } from "node:fs";
import { sendOfflineHeartbeat } from "../identity/offline-heartbeat.ts";
import { HostConnection } from "../link/host-connection.ts";
import { askDown } from "../link/local-client.ts";
import { stopHost } from "../link/stop-host.ts";
import { reasonOf } from "../platform/one-line.ts";
import { signalIfAlive, waitUntilGone } from "../platform/processes.ts";
import { loadRegistration } from "../state/registration-file.ts";
import type { StateDir } from "../state/state-dir.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";

/** Longer than the link takes at worst: its host's end, then the goodbye. */
const LINK_STOP_TIMEOUT_MS = 20_000;
const KILL_TIMEOUT_MS = 5_000;

export async function down(context: CommandContext): Promise<ExitCode> {
  const { dir, out, err } = context;
  const pid = (await stopLink(dir)) ?? (await stopLonelyHost(dir));
  out(pid === undefined ? "not running" : `Stopped (PID ${pid})`);
  const registration = loadRegistration(dir);
  if (!registration) return 0;
  try {
    // Also when the link said goodbye: the answer to this one comes when the machine is known to be offline.
    await sendOfflineHeartbeat(registration);
  } catch (error) {
    err(`Warning: offline heartbeat failed: ${reasonOf(error)}`);
  }
  return 0;
}

/** Stops the link and, through it, the host. Returns its process id, or undefined when none ran. */
async function stopLink(dir: StateDir): Promise<number | undefined> {
  const answer = await askDown(dir.linkSocket);
  if (answer === undefined) return undefined;
  const pid = answer === "stuck" ? readPid(dir) : answer.pid;
  if (pid === undefined) return undefined;
  if (answer === "stuck" || !(await waitUntilGone(pid, LINK_STOP_TIMEOUT_MS))) {
    signalIfAlive(pid, "SIGKILL");
    await waitUntilGone(pid, KILL_TIMEOUT_MS);
  }
  await stopLonelyHost(dir);
  return pid;
}

/** Stops a host whose link has gone without it. Returns its process id, or undefined when there was none. */
async function stopLonelyHost(dir: StateDir): Promise<number | undefined> {
  const host = await HostConnection.open(dir.hostSocket, { message: () => {}, closed: () => {} });
  if (!host) return undefined;
  const pid = (await host.list())?.pid;
  await stopHost(host, "the agent was stopped");
  return pid;
}

/** Only asked for when the link's socket is alive and its process, therefore, too. */
function readPid({ pidFile }: StateDir): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

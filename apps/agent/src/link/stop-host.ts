import { signalIfAlive, waitUntilGone } from "../platform/processes.ts";
import { wait } from "../platform/wait.ts";
import type { HostConnection } from "./host-connection.ts";

/** Long enough for every shell to be hung up, and killed where that was not enough. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Ends a session host with all its sessions and waits until it has gone. Returns its process id when it had to be
 * killed, because it did not go by itself.
 */
export async function stopHost(host: HostConnection, reason: string): Promise<number | undefined> {
  const pid = (await host.list())?.pid;
  host.send({ type: "shutdown", reason });
  const timeout = new AbortController();
  const inTime = await Promise.race([
    host.closed.then(() => true),
    wait(STOP_TIMEOUT_MS, timeout.signal).then(() => false),
  ]);
  timeout.abort();
  // A host can run inside this very process, where its end is the end of its socket.
  if (pid === undefined || pid === process.pid) return undefined;
  if (inTime && (await waitUntilGone(pid, STOP_TIMEOUT_MS))) return undefined;
  signalIfAlive(pid, "SIGKILL");
  await waitUntilGone(pid, STOP_TIMEOUT_MS);
  return pid;
}

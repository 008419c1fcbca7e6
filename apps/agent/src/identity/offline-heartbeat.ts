import { HttpClient } from "@sallyport/client";
import { machineApi } from "@sallyport/protocol";
import type { StoredRegistration } from "../state/registration-file.ts";

/** `ztna down` is waiting for it. */
const TIMEOUT_MS = 5_000;

/**
 * Tells the control plane that this machine is going, so that it counts as offline at once. The answer comes when that
 * is written down.
 *
 * @throws RemoteError when it was not taken
 */
export async function sendOfflineHeartbeat({ control_url, node_key }: StoredRegistration): Promise<void> {
  const client = new HttpClient({ baseUrl: control_url, timeoutMs: TIMEOUT_MS });
  await client.call(machineApi.heartbeat, { body: { node_key, status: "offline" } });
}

import { backoffMs, HttpClient } from "@sallyport/client";
import { machineApi, nodeApi, PRODUCT_VERSION, RemoteError } from "@sallyport/protocol";
import type { NodeConfig } from "../node-config/node-config.ts";
import type { Logger } from "../platform/logger.ts";
import { oneLine } from "../platform/one-line.ts";
import { wait } from "../platform/wait.ts";
import { deviceSecret } from "../state/device-file.ts";
import { type StoredRegistration, saveRegistration, storedRegistration } from "../state/registration-file.ts";
import type { StateDir } from "../state/state-dir.ts";
import { describeMachine } from "./describe-machine.ts";

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(["UNREACHABLE", "RATE_LIMITED", "DB_UNAVAILABLE", "SHUTTING_DOWN"]);

/**
 * Shows the control plane the node's token and keeps what the node is given. A control plane that does not answer is asked
 * again, because a service that starts with its machine may be earlier than the network.
 *
 * @returns undefined when the signal came first
 * @throws RemoteError what the control plane refused for good
 */
export async function registerNode(
  node: NodeConfig,
  { dir, logger, signal }: { dir: StateDir; logger: Logger; signal: AbortSignal },
): Promise<StoredRegistration | undefined> {
  const { controlUrl, token, agent_id, hub_endpoint, tags, insecure } = node;
  const client = new HttpClient({ baseUrl: controlUrl });
  const body = {
    token,
    os: describeMachine().os,
    version: PRODUCT_VERSION,
    device_secret: deviceSecret(dir),
    ...(agent_id !== undefined && { agent_id }),
    ...(hub_endpoint !== undefined && { hub_endpoint }),
    ...(tags && { tags }),
  };
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      const stored = storedRegistration(await client.call(nodeApi.register, { body }), {
        controlUrl,
        insecure,
        authKey: token,
      });
      saveRegistration(dir, stored);
      return stored;
    } catch (error) {
      if (!(error instanceof RemoteError && (PASSING.has(error.code) || error.status >= 500))) throw error;
      const delayMs = backoffMs(attempt);
      logger.warn("not registered yet", { reason: oneLine(error.message), retryInMs: Math.round(delayMs) });
      await wait(delayMs, signal);
    }
  }
  return undefined;
}

/** Whether the control plane knows a kept key no more: another agent has registered with the token since. */
export async function isReplaced({ control_url, node_key }: StoredRegistration): Promise<boolean> {
  try {
    await new HttpClient({ baseUrl: control_url }).call(machineApi.heartbeat, { body: { node_key } });
    return false;
  } catch (error) {
    // One that does not answer has not said no; the link will find out.
    return error instanceof RemoteError && error.code === "INVALID_NODE_KEY";
  }
}

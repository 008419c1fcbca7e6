/** `ztna agent --config FILE`: a gateway, hub or spoke, in the foreground for a service manager. */
import { isReadableOnTheWay } from "@sallyport/client";
import { RemoteError } from "@sallyport/protocol";
import { isReplaced, registerNode } from "../identity/register-node.ts";
import { HostConnection } from "../link/host-connection.ts";
import { askStatus } from "../link/local-client.ts";
import { stopHost } from "../link/stop-host.ts";
import type { NodeConfig } from "../node-config/node-config.ts";
import { isReadByAll } from "../node-config/read-node-config.ts";
import type { Logger } from "../platform/logger.ts";
import { oneLine } from "../platform/one-line.ts";
import {
  authKeyHash,
  loadRegistration,
  type StoredRegistration,
  saveRegistration,
} from "../state/registration-file.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";
import { EXIT_CONFLICT, exitStatusOf } from "./exit-status.ts";
import { runInForeground } from "./run-agent.ts";

export async function agent(context: CommandContext): Promise<ExitCode> {
  const { dir, logger, out, err } = context;
  if (!context.node) throw new Error("invariant: an agent without its file");
  const { file, config: node } = context.node;
  const { kind, name, controlUrl, session_enabled: sessionEnabled } = node;
  warn(node, file, logger);
  // Before anything is registered: that would take the keys away from the one that runs.
  if (await askStatus(dir.linkSocket)) {
    err(`Already running with the state directory ${dir.path}`);
    return EXIT_CONFLICT;
  }
  let registration: StoredRegistration | undefined;
  try {
    registration = await registrationOf(node, context);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    err(`node registration failed: ${oneLine(error.code)}: ${oneLine(error.message)}`);
    return exitStatusOf(error);
  }
  if (!registration) return 0;
  if (registration.name !== name) {
    logger.warn("the control plane calls this node otherwise", { file: name, controlPlane: registration.name });
  }
  logger.info("starting", { kind, name: registration.name, controlUrl, sessionEnabled, stateDir: dir.path });
  if (!sessionEnabled) out(`session_enabled is not true in ${file}: nobody can open sessions on this node`);
  return runInForeground(registration, context, {
    sessionEnabled,
    desktop: { ...context.config.desktop, ...(node.desktop_consent && { consent: node.desktop_consent }) },
  });
}

/** The registration that is kept, if it was made with this token and still counts; otherwise a new one. */
async function registrationOf(
  node: NodeConfig,
  { dir, logger, signal, out }: CommandContext,
): Promise<StoredRegistration | undefined> {
  const kept = loadRegistration(dir);
  if (kept && kept.auth_key_sha256 === authKeyHash(node.token)) {
    const known = { ...kept, control_url: node.controlUrl, insecure: node.insecure };
    if (!(await isReplaced(known))) {
      if (known.control_url !== kept.control_url || known.insecure !== kept.insecure) saveRegistration(dir, known);
      return known;
    }
    logger.warn("the kept registration counts no more: another agent has registered as this node, or it was deleted");
  }
  const registration = await registerNode(node, { dir, logger, signal });
  if (!registration) return undefined;
  out(`Registered: ${node.kind} ${oneLine(registration.name)} (${oneLine(registration.tailnet_ip)})`);
  await endFormerHost(dir.hostSocket);
  return registration;
}

/** A session host of the former registration has keys that no command is signed with any more. */
async function endFormerHost(hostSocket: string): Promise<void> {
  const host = await HostConnection.open(hostSocket, { message: () => {}, closed: () => {} });
  if (host) await stopHost(host, "the node was registered anew");
}

function warn({ controlUrl, insecure }: NodeConfig, file: string, logger: Logger): void {
  if (isReadableOnTheWay(new URL(controlUrl))) {
    logger.warn("the control plane is reached unencrypted: keys, keystrokes and output can be read on the way", {
      controlUrl,
    });
  } else if (insecure) {
    logger.warn("insecure: true allows streams that can be read on the way");
  }
  if (isReadByAll(file)) logger.warn("everybody on this machine can read the token; run chmod o-r", { file });
}

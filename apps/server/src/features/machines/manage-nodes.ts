import { AppError, type nodeAdminApi } from "@sallyport/protocol";
import type { z } from "zod";
import type { Database } from "../../platform/db/database.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import { recordEvent } from "../audit/index.ts";
import { administerMachine, type By } from "./administer-machine.ts";
import { freeAddress } from "./free-address.ts";
import { newMachineKeys } from "./machine-keys.ts";
import { insertMachine, type Machine, updateMachine } from "./machines.store.ts";
import { newNodeToken } from "./node-token.ts";
import { lockNode, type NodeRow } from "./nodes.store.ts";

type Input<Action extends keyof typeof nodeAdminApi.actions> = Omit<
  z.output<(typeof nodeAdminApi.actions)[Action]["input"]>,
  "org_id" | "node_id"
>;

/**
 * Makes a node. Until its agent comes, it has keys that nobody knows.
 *
 * @throws AppError `ALREADY_EXISTS` for a name or agent id that another node of its kind has
 */
export function createNode(
  { db, keyring }: { db: Database; keyring: Keyring },
  { actor, scope, ipAddress }: By,
  { kind, name, agent_id, session_enabled, tags, hub_endpoint }: Input<"create">,
): Promise<{ node: NodeRow; token: string }> {
  requireSpoke(kind, hub_endpoint);
  const token = newNodeToken(kind);
  const id = crypto.randomUUID();
  return db.transaction(async (tx) => {
    const node = (await insertMachine(tx, {
      id,
      orgId: scope.orgId,
      kind,
      name,
      agentId: agent_id ?? null,
      hubEndpoint: hub_endpoint ?? null,
      sessionEnabled: session_enabled,
      // Its agent has not said that it is on (GK-111).
      agentSessionEnabled: false,
      tags: [...new Set(tags)].sort(),
      ownerId: actor.userId,
      tokenHash: hashSecret(token),
      tailnetIp: await freeAddress(tx),
      ...newMachineKeys(keyring, id).kept,
    })) as NodeRow;
    await recordEvent(tx, {
      action: "node.created",
      orgId: scope.orgId,
      resourceType: "machine",
      resourceId: id,
      actorId: actor.userId,
      metadata: {
        machine_name: name,
        kind,
        agent_id: node.agentId,
        session_enabled,
        tags: node.tags,
        hub_endpoint: node.hubEndpoint,
      },
      ipAddress,
    });
    return { node, token };
  });
}

/** @throws AppError `NOT_FOUND`, or `ALREADY_EXISTS` for what another node of its kind is called */
export async function updateNode(
  db: Database,
  by: By,
  nodeId: string,
  { name, agent_id, session_enabled, tags, hub_endpoint }: Input<"update">,
): Promise<Machine> {
  const wanted = { name, agent_id, session_enabled, tags: tags && [...new Set(tags)].sort(), hub_endpoint };
  const changes = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  if (Object.keys(changes).length === 0) {
    const reason = `Nothing to change: give ${Object.keys(wanted).join(", ")}`;
    throw new AppError("INVALID_INPUT", { reason });
  }
  return administerMachine(db, by, "node.updated", { changes }, async (tx) => {
    const found = await lockNode(tx, by.scope, nodeId);
    if (!found) throw nodeNotFound();
    requireSpoke(found.node.kind, hub_endpoint ?? undefined);
    return updateMachine(tx, by.scope, nodeId, {
      name,
      agentId: agent_id,
      sessionEnabled: session_enabled,
      tags: wanted.tags,
      hubEndpoint: hub_endpoint,
    });
  });
}

/** Another token in the place of the former one. Who is registered stays so: only the next registration needs it. */
export async function rotateToken(db: Database, by: By, nodeId: string): Promise<{ machine: Machine; token: string }> {
  let token = "";
  const machine = await administerMachine(db, by, "node.token_rotated", {}, async (tx) => {
    const found = await lockNode(tx, by.scope, nodeId);
    if (!found) throw nodeNotFound();
    token = newNodeToken(found.node.kind);
    return updateMachine(tx, by.scope, nodeId, { tokenHash: hashSecret(token) });
  });
  return { machine, token };
}

export const nodeNotFound = (): AppError => new AppError("NOT_FOUND", { what: "Node" });

function requireSpoke(kind: string, hubEndpoint: string | undefined): void {
  if (hubEndpoint === undefined || kind === "spoke") return;
  throw new AppError("INVALID_INPUT", { reason: `hub_endpoint is for spokes; this is a ${kind}` });
}

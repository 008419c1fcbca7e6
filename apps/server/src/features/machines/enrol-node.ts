import { AppError, agentIdOf, type NodeKind, type nodeApi, type Registration } from "@sallyport/protocol";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Queryable } from "../../platform/db/database.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import { vouchForOrg } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import { decideFirstWords } from "./decide-first-words.ts";
import { registrationOf } from "./enrol-machine.ts";
import { newMachineKeys } from "./machine-keys.ts";
import { type Machine, reenrolMachine } from "./machines.store.ts";
import { isAddressed, lockByToken } from "./nodes.store.ts";

export type NodeClaims = z.output<typeof nodeApi.register.body>;
export type NodeRegistration = Registration & { type: NodeKind; agent_id: string };

/**
 * Gives new keys to the agent that shows a node's token. The former keys end with that: of two agents with one token, the
 * later one is the node.
 *
 * @returns undefined for a token that is no node's
 * @throws AppError `ALREADY_EXISTS` when the agent calls itself what another machine is called
 */
export async function enrolNode(
  tx: Queryable,
  keyring: Keyring,
  { token, os, version, ...said }: NodeClaims,
  ipAddress: string,
): Promise<{ machine: Machine; registration: NodeRegistration } | undefined> {
  const node = await lockByToken(tx, hashSecret(token));
  if (!node) return undefined;
  const scope = vouchForOrg(node.orgId);
  const isNew = node.lastSeen === null;
  const words = decideFirstWords(
    { ...node, isNew },
    { agentId: said.agent_id, hubEndpoint: said.hub_endpoint, tags: said.tags },
  );
  if (words.agentId !== null && words.agentId !== node.agentId) {
    const isTaken = await isAddressed(tx, scope, { wanted: words.agentId, except: node.id });
    if (isTaken) throw new AppError("ALREADY_EXISTS", { what: `A machine that is called ${words.agentId}` });
  }
  const keys = newMachineKeys(keyring, node.id);
  const machine = await reenrolMachine(tx, node.id, {
    ...words,
    ...keys.kept,
    // An administrator's verdict outlives a new registration.
    status: node.adminDisabled ? "offline" : "online",
    os: os ?? null,
    version: version ?? null,
    lastSeen: sql`now()` as never,
  });
  await recordEvent(tx, {
    action: "machine.registered",
    orgId: scope.orgId,
    resourceType: "machine",
    resourceId: machine.id,
    actorId: null,
    metadata: { machine_name: machine.name, kind: node.kind, tailnet_ip: machine.tailnetIp, first: isNew },
    ipAddress,
  });
  return {
    machine,
    registration: {
      ...registrationOf(machine, keys),
      type: node.kind,
      agent_id: agentIdOf({ agent_id: machine.agentId, name: machine.name }),
    },
  };
}

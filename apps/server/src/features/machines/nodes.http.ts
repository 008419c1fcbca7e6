import { nodeAdminApi, nodeApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import type { ApiCallers, OrgScope } from "../access/index.ts";
import type { ForgetMachine } from "./forget-machine.ts";
import type { MachineEvents } from "./machine-events.ts";
import { createNode, nodeNotFound, rotateToken, updateNode } from "./manage-nodes.ts";
import { listAgents, listNodes, viewNode } from "./nodes.store.ts";
import type { Registrar } from "./register-machine.ts";

export interface NodeDeps {
  db: Database;
  keyring: Keyring;
  registrar: Registrar;
  events: MachineEvents;
  forget: ForgetMachine;
}

/** Gateways, hubs and spokes. What happens on their links is what happens on every machine's. */
export function bindNodes(
  bind: EndpointBinder<ApiCallers>,
  { db, keyring, registrar, events, forget }: NodeDeps,
): void {
  const show = async (scope: OrgScope, id: string) => {
    const [node] = await listNodes(db, scope, { id });
    if (!node) throw nodeNotFound();
    return node;
  };

  bind.endpoint(nodeApi.register, ({ body, ipAddress }) => registrar.registerNode(body, ipAddress));

  bind.actions(nodeAdminApi, {
    create: async ({ input, ...by }) => {
      const { node, token } = await createNode({ db, keyring }, by, input);
      events.changed(node);
      return { ...viewNode(node, false), token };
    },
    list: async ({ input: { kind }, scope }) => ({ nodes: await listNodes(db, scope, { kind }) }),
    show: ({ input: { node_id }, scope }) => show(scope, node_id),
    update: async ({ input: { node_id, ...changes }, ...by }) => {
      const machine = await updateNode(db, by, node_id, changes);
      events.changed(machine);
      if (changes.tags !== undefined) events.tagged(machine);
      if (changes.session_enabled !== undefined) events.sessionsSwitched(machine);
      return show(by.scope, node_id);
    },
    rotate_token: async ({ input: { node_id }, ...by }) => {
      const { token } = await rotateToken(db, by, node_id);
      return { ...(await show(by.scope, node_id)), token };
    },
    delete: async ({ input: { node_id }, ...by }) => {
      await show(by.scope, node_id);
      return { deleted: (await forget(by, node_id)).id };
    },
    list_agents: async ({ scope }) => ({ agents: await listAgents(db, scope) }),
  });
}

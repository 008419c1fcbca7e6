import { AppError, HEARTBEAT_INTERVAL_SECONDS, machineAdminApi, machineApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import type { ApiCallers } from "../access/index.ts";
import { administerMachine } from "./administer-machine.ts";
import type { ForgetMachine } from "./forget-machine.ts";
import type { MachineEvents } from "./machine-events.ts";
import { findByNodeKey, setBarred, touchMachine, updateMachine } from "./machines.store.ts";
import type { Registrar } from "./register-machine.ts";

export function bindMachines(
  bind: EndpointBinder<ApiCallers>,
  {
    db,
    registrar,
    events,
    forget,
  }: {
    db: Database;
    registrar: Registrar;
    events: MachineEvents;
    forget: ForgetMachine;
  },
): void {
  bind.endpoint(machineApi.register, ({ body, ipAddress }) => registrar.register(body, ipAddress));

  bind.endpoint(machineApi.heartbeat, async ({ body: { node_key, status, version } }) => {
    const known = await findByNodeKey(db, hashSecret(node_key));
    const machine = known && (await touchMachine(db, known.machine.id, { status, version }));
    if (!machine) throw new AppError("INVALID_NODE_KEY", {});
    if (machine.status !== known.machine.status) events.changed(machine);
    return {
      machine_id: machine.id,
      status: machine.status,
      heartbeat_interval_seconds: HEARTBEAT_INTERVAL_SECONDS,
      server_time: new Date().toISOString(),
    };
  });

  bind.actions(machineAdminApi, {
    enable: async ({ input: { machine_id }, ...by }) => {
      const machine = await administerMachine(db, by, "machine.enabled", {}, (tx) =>
        setBarred(tx, by.scope, machine_id, false),
      );
      events.changed(machine);
      return { machine_id: machine.id, status: machine.status };
    },
    disable: async ({ input: { machine_id }, ...by }) => {
      const machine = await administerMachine(db, by, "machine.disabled", {}, (tx) =>
        setBarred(tx, by.scope, machine_id, true),
      );
      events.barred(machine, "the machine was disabled");
      return { machine_id: machine.id, status: machine.status };
    },
    rename: async ({ input: { machine_id, name }, ...by }) => {
      const machine = await administerMachine(db, by, "machine.renamed", { to: name }, (tx) =>
        updateMachine(tx, by.scope, machine_id, { name }),
      );
      events.changed(machine);
      return { machine_id: machine.id, name: machine.name };
    },
    set_tags: async ({ input: { machine_id, tags }, ...by }) => {
      const unique = [...new Set(tags)].sort();
      const machine = await administerMachine(db, by, "machine.tags_changed", { tags: unique }, (tx) =>
        updateMachine(tx, by.scope, machine_id, { tags: unique }),
      );
      events.tagged(machine);
      return { machine_id: machine.id, tags: machine.tags };
    },
    set_session_enabled: async ({ input: { machine_id, session_enabled }, ...by }) => {
      const machine = await administerMachine(db, by, "machine.sessions_switched", { session_enabled }, (tx) =>
        updateMachine(tx, by.scope, machine_id, { sessionEnabled: session_enabled }),
      );
      events.sessionsSwitched(machine);
      return { machine_id: machine.id, session_enabled: machine.sessionEnabled };
    },
    delete: async ({ input: { machine_id }, ...by }) => ({ deleted: (await forget(by, machine_id)).id }),
  });
}

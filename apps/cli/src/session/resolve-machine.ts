/** Which machine an operator means. Pure; nothing is guessed: what could mean two machines is an error. */
import { AppError, agentIdOf, type MachineKind } from "@sallyport/protocol";
import { findByPrefix } from "./find-by-prefix.ts";

export interface Addressed {
  id: string;
  name: string;
  agent_id: string | null;
  kind: MachineKind;
}

const isSame = (text: string, wanted: string): boolean => text.toLowerCase() === wanted.toLowerCase();

/**
 * The machine with this agent id, or else with this name, or else with this id or the beginning of it. Names are those
 * of hosts, so their case does not matter.
 *
 * @throws AppError `NOT_FOUND`, or `INVALID_INPUT` when it could be several
 */
export function resolveMachine<Machine extends Addressed>(machines: readonly Machine[], wanted: string): Machine {
  const byAgentId = machines.filter((machine) => isSame(agentIdOf(machine), wanted));
  const byName = machines.filter(({ name }) => isSame(name, wanted));
  // A machine without an agent id of its own is called by its name, as others of that name are: otherwise one that was
  // named like a node would take its place (H16).
  const isMerelyName = byAgentId.some(({ name }) => isSame(name, wanted));
  const meant = isMerelyName ? [...new Set([...byAgentId, ...byName])] : byAgentId;
  return only(meant.length > 0 ? meant : byName, wanted) ?? findByPrefix(machines, wanted, "Machine");
}

/**
 * The machine of a kind with this id, or else with this agent id, or else with this name: what follows `hub:` in a
 * location.
 *
 * @throws AppError `NOT_FOUND`, or `INVALID_INPUT` when it could be several
 */
export function resolveOfKind<Machine extends Addressed>(
  machines: readonly Machine[],
  kind: MachineKind,
  wanted: string,
): Machine {
  const ofKind = machines.filter((machine) => machine.kind === kind);
  const byId = ofKind.filter(({ id }) => isSame(id, wanted));
  return only(byId, wanted) ?? resolveNamed(ofKind, kind, wanted);
}

const resolveNamed = <Machine extends Addressed>(
  ofKind: readonly Machine[],
  kind: MachineKind,
  wanted: string,
): Machine => {
  const byAgentId = ofKind.filter((machine) => isSame(agentIdOf(machine), wanted));
  const byName = ofKind.filter(({ name }) => isSame(name, wanted));
  const found = only(byAgentId, wanted) ?? only(byName, wanted);
  return found ?? findByPrefix(ofKind, wanted, kind[0]?.toUpperCase() + kind.slice(1));
};

function only<Machine extends Addressed>(machines: readonly Machine[], wanted: string): Machine | undefined {
  const [first, second] = machines;
  if (!second) return first;
  const ids = machines.map(({ id, kind }) => (kind === "machine" ? id : `${id} (${kind})`)).join(", ");
  const reason = `Several machines are called ${wanted}; use one of the ids ${ids}`;
  throw new AppError("INVALID_INPUT", { reason });
}

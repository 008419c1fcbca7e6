import { AppError, databaseApi, MachineView } from "@sallyport/protocol";
import type { Operator } from "../signed-in.ts";
import { findByPrefix } from "./find-by-prefix.ts";

/**
 * The machine of that name, or with that id or the beginning of it.
 *
 * @throws AppError `NOT_FOUND`, or `INVALID_INPUT` when several have that name
 */
export async function findMachine({ api, orgId }: Operator, wanted: string): Promise<MachineView> {
  const rows = await api.call(databaseApi.list, { params: { table: "machines" }, query: { org_id: orgId } });
  return chooseMachine(
    rows.map((row) => MachineView.parse(row)),
    wanted,
  );
}

/** Names of machines are hostnames, so their case does not matter. */
export function chooseMachine<Machine extends { id: string; name: string }>(
  machines: readonly Machine[],
  wanted: string,
): Machine {
  const named = machines.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  const [only, another] = named;
  if (another) {
    const ids = named.map(({ id }) => id).join(", ");
    throw new AppError("INVALID_INPUT", { reason: `Several machines are called ${wanted}; use one of the ids ${ids}` });
  }
  return only ?? findByPrefix(machines, wanted, "Machine");
}

import { databaseApi, MachineView } from "@sallyport/protocol";
import type { Operator } from "../signed-in.ts";
import { resolveMachine } from "./resolve-machine.ts";

/**
 * The machine of that agent id, name or id; see `resolveMachine`.
 *
 * @throws AppError `NOT_FOUND`, or `INVALID_INPUT` when it could be several
 */
export async function findMachine({ api, orgId }: Operator, wanted: string): Promise<MachineView> {
  const rows = await api.call(databaseApi.list, { params: { table: "machines" }, query: { org_id: orgId } });
  return resolveMachine(
    rows.map((row) => MachineView.parse(row)),
    wanted,
  );
}

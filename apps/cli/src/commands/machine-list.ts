import { databaseApi, MachineView } from "@sallyport/protocol";
import { table } from "../output/table.ts";
import { signedIn } from "../signed-in.ts";

/** `gatekey-admin machine list`: for people as a table, for scripts as JSON. */
export async function machineList({ output }: { output: "table" | "json" }): Promise<void> {
  const { api, orgId } = await signedIn();
  const rows = await api.call(databaseApi.list, {
    params: { table: "machines" },
    query: { org_id: orgId, order: "name" },
  });
  const machines = rows.map((row) => MachineView.parse(row));
  if (output === "json") {
    process.stdout.write(`${JSON.stringify(machines, null, 2)}\n`);
    return;
  }
  process.stdout.write(
    table(
      ["Name", "Address", "Status", "Last seen", "ID"],
      machines.map(({ name, tailnet_ip, status, last_seen, id }) => [
        name,
        tailnet_ip ?? "-",
        status,
        last_seen?.replace("T", " ").slice(0, 19) ?? "never",
        id,
      ]),
    ),
  );
}

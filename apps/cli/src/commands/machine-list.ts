import { databaseApi, MachineView } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { seconds } from "../output/seconds.ts";

/** `gatekey-admin machine list` */
export async function machineList({ print, signedIn }: Cli): Promise<void> {
  const { api, orgId } = await signedIn();
  const rows = await api.call(databaseApi.list, {
    params: { table: "machines" },
    query: { org_id: orgId, order: "name" },
  });
  print.list(
    rows.map((row) => MachineView.parse(row)),
    [
      { header: "Name", cell: ({ name }) => name },
      { header: "Address", cell: ({ tailnet_ip }) => tailnet_ip ?? "-" },
      { header: "Status", cell: ({ status }) => status },
      { header: "Last seen", cell: ({ last_seen }) => (last_seen ? seconds(last_seen) : "never") },
      { header: "ID", cell: ({ id }) => id, whole: true },
    ],
    { empty: "No machine has enrolled yet." },
  );
}

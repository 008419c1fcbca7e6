import type { Cli } from "../cli.ts";

/** `gatekey-admin org list` */
export async function orgList({ print, signedIn }: Cli): Promise<void> {
  const { orgs, orgId } = await signedIn();
  print.list(orgs, [
    { header: "", cell: ({ id }) => (id === orgId ? "*" : ""), whole: true },
    { header: "Name", cell: ({ name }) => name },
    { header: "Role", cell: ({ role }) => role },
    { header: "Plan", cell: ({ plan }) => plan },
    { header: "ID", cell: ({ id }) => id, whole: true },
  ]);
}

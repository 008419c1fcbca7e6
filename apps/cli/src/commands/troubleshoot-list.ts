import { troubleshootApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { diagnosticsList } from "../output/diagnostics.ts";

/** `gatekey-admin troubleshoot list`: GK-058 to GK-064. */
export async function troubleshootList({ print, signedIn }: Cli): Promise<void> {
  const { api, orgId } = await signedIn();
  const listed = await api.act(troubleshootApi, "list", { org_id: orgId });
  print.text(listed, () => diagnosticsList(listed));
}

import { troubleshootApi } from "@sallyport/protocol";
import { diagnosticsList } from "../output/diagnostics.ts";
import { type Format, structured } from "../output/structured.ts";
import { signedIn } from "../signed-in.ts";

/** `gatekey-admin troubleshoot list`: GK-058 to GK-064. */
export async function troubleshootList({ output }: { output: Format }): Promise<void> {
  const { api, orgId } = await signedIn();
  const listed = await api.act(troubleshootApi, "list", { org_id: orgId });
  process.stdout.write(output === "table" ? diagnosticsList(listed) : structured(listed, output));
}

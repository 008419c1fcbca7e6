import { AppError, organisationApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import type { Field } from "../output/printer.ts";

interface Settings {
  record_command_output: boolean;
}

/** `gatekey-admin org show` */
export async function orgShow({ print, signedIn }: Cli): Promise<void> {
  const { api, orgId, orgs } = await signedIn();
  const { name, plan, role } = orgs.find(({ id }) => id === orgId) ?? { name: "-", plan: "-", role: "-" };
  const settings = await api.act(organisationApi, "settings", { org_id: orgId });
  print.one({ id: orgId, name, plan, role, ...settings }, () => [
    ["Name", name],
    ["ID", orgId],
    ["Plan", plan],
    ["Your role", role],
    ...settingFields(settings),
  ]);
}

/** `gatekey-admin org set` */
export async function orgSet(
  { print, signedIn }: Cli,
  { recordOutput }: { recordOutput?: "true" | "false" },
): Promise<void> {
  if (recordOutput === undefined) {
    throw new AppError("INVALID_INPUT", { reason: "Say what to set: --record-output=true or --record-output=false" });
  }
  const { api, orgId } = await signedIn();
  const wanted = { record_command_output: recordOutput === "true" };
  print.one(await api.act(organisationApi, "set_settings", { org_id: orgId, ...wanted }), settingFields);
}

const settingFields = ({ record_command_output }: Settings): Field[] => [
  ["Record what commands write", record_command_output ? "yes" : "no"],
];

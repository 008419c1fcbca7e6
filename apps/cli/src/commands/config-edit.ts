import { decideControlUrl, isReadableOnTheWay } from "@sallyport/client";
import { AppError } from "@sallyport/protocol";
import type { Document } from "yaml";
import { valueOrInput } from "../input.ts";
import {
  DEFAULT_PROFILE,
  editConfigFile,
  nameProfile,
  nameSetting,
  parseSetting,
  pathOf,
  readConfigFile,
  type SettingName,
} from "../settings/config-file.ts";
import { configFileOf, type Flags, profileOf } from "../settings/settings.ts";

/** `gatekey-admin config init` */
export async function configInit(flags: Flags): Promise<void> {
  const { server, insecure = false, org, output } = flags;
  if (!server) throw new AppError("MISSING_FIELDS", { field: "--server" });
  const decision = decideControlUrl(server, { insecure });
  if (!decision.allowed) throw new AppError("INVALID_INPUT", { reason: decision.reason });
  const file = configFileOf(flags);
  const { server_url, profiles = {} } = await readConfigFile(file);
  const profile = nameProfile(flags.profile ?? DEFAULT_PROFILE);
  if ((profile === DEFAULT_PROFILE ? server_url : profiles[profile]) !== undefined) {
    const reason = `${profile} is in ${file} already; change it with: gatekey-admin config set server_url URL`;
    throw new AppError("INVALID_INPUT", { reason });
  }
  const isUnsafe = isReadableOnTheWay(new URL(decision.url));
  const values: Partial<Record<SettingName, unknown>> = {
    server_url: decision.url,
    ...(isUnsafe && { insecure: true }),
    ...(org && { org }),
    ...(output && { output }),
  };
  await editConfigFile(file, (document) => {
    for (const [name, value] of Object.entries(values)) document.setIn(pathOf(profile, name as SettingName), value);
    if (profile !== DEFAULT_PROFILE) document.set("current_profile", profile);
  });
  process.stderr.write(`Wrote ${file}. Next: gatekey-admin login\n`);
}

/** `gatekey-admin config set` */
export async function configSet(flags: Flags, key: string, given: string): Promise<void> {
  const { name, value } = parseSetting(key, await valueOrInput(given));
  await editInUse(flags, (document, profile) => document.setIn(pathOf(profile, name), value));
}

/** `gatekey-admin config unset` */
export async function configUnset(flags: Flags, key: string): Promise<void> {
  const name = nameSetting(key);
  await editInUse(flags, (document, profile) => document.deleteIn(pathOf(profile, name)));
}

async function editInUse(flags: Flags, edit: (document: Document, profile: string) => void): Promise<void> {
  const file = configFileOf(flags);
  const profile = profileOf(flags, process.env, await readConfigFile(file));
  await editConfigFile(file, (document) => edit(document, profile));
}

/** `gatekey-admin config use` */
export async function configUse(flags: Flags, profile: string): Promise<void> {
  const file = configFileOf(flags);
  profileOf({ profile }, {}, await readConfigFile(file));
  await editConfigFile(file, (document) => {
    if (profile === DEFAULT_PROFILE) document.delete("current_profile");
    else document.set("current_profile", profile);
  });
}

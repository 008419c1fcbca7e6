import type { Cli } from "../cli.ts";
import { maskKey } from "../output/mask-key.ts";
import { DEFAULT_PROFILE, readConfigFile } from "../settings/config-file.ts";

/** `gatekey-admin config show` */
export function configShow({ settings, print }: Cli): void {
  const { configFile, profile, server, output, apiKey, org } = settings;
  const shown = {
    config_file: configFile,
    profile,
    server_url: server,
    output,
    org: org ?? null,
    api_key: apiKey === undefined ? null : maskKey(apiKey),
  };
  print.one(shown, (value) => Object.entries(value).map(([key, text]) => [key, text ?? "-"]));
}

/** `gatekey-admin config profiles` */
export async function configProfiles({ settings, print }: Cli): Promise<void> {
  const { profiles = {}, server_url } = await readConfigFile(settings.configFile);
  const rows = Object.entries({ [DEFAULT_PROFILE]: { server_url }, ...profiles }).map(([name, values]) => ({
    name,
    server_url: values.server_url ?? server_url ?? null,
    in_use: name === settings.profile,
  }));
  print.list(rows, [
    { header: "", cell: ({ in_use }) => (in_use ? "*" : ""), whole: true },
    { header: "Profile", cell: ({ name }) => name, whole: true },
    { header: "Server", cell: ({ server_url }) => server_url ?? "-" },
  ]);
}

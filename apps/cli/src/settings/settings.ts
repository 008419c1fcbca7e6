/** What a command works with: options before variables before the profile before the rest of the file (GK-102). */
import { homedir } from "node:os";
import { join } from "node:path";
import { decideControlUrl, isReadableOnTheWay } from "@sallyport/client";
import { AppError } from "@sallyport/protocol";
import type { Format } from "../output/format.ts";
import { type ConfigFile, DEFAULT_PROFILE, isReadableByOthers, readConfigFile } from "./config-file.ts";
import { readOptional } from "./private-file.ts";
import { signInFileOf } from "./sign-in-file.ts";

/** Options that every command takes. */
export interface Flags {
  server?: string;
  apiKey?: string;
  config?: string;
  profile?: string;
  org?: string;
  insecure?: boolean;
  output?: Format;
}

export interface Settings {
  configFile: string;
  /** `default` stands for the settings outside of all profiles. */
  profile: string;
  /** Origin of the control plane. */
  server: string;
  output: Format;
  apiKey: string | undefined;
  /** The one in the file, whether or not another wins over it. */
  storedApiKey: string | undefined;
  /** Id or name. */
  org: string | undefined;
  signInFile: string;
  /** What the operator should know before a secret travels. */
  warnings: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_SERVER = "http://127.0.0.1:8080";

export const configFileOf = ({ config }: Flags, env: Environment = process.env): string =>
  config || env.GATEKEY_CONFIG || join(homedir(), ".gatekey-admin", "config.yaml");

/** @throws AppError `INVALID_INPUT` for what cannot be understood, and for an address that is not safe */
export async function readSettings(flags: Flags, env: Environment = process.env): Promise<Settings> {
  const configFile = configFileOf(flags, env);
  const file = await readConfigFile(configFile);
  const apiKeyOfEnv = env.GATEKEY_API_KEY || (await readKeyFile(env.GATEKEY_API_KEY_FILE));
  const settings = resolveSettings({ flags, env, file, configFile, apiKeyOfEnv });
  if (settings.storedApiKey === undefined || !(await isReadableByOthers(configFile))) return settings;
  const warning = `${configFile} holds an API key and others can read it; run: chmod 600 ${configFile}`;
  return { ...settings, warnings: [...settings.warnings, warning] };
}

async function readKeyFile(file: string | undefined): Promise<string | undefined> {
  if (!file) return undefined;
  const key = (await readOptional(file))?.trim();
  if (!key) throw invalid(`GATEKEY_API_KEY_FILE: there is no key in ${file}`);
  return key;
}

interface Sources {
  flags: Flags;
  env: Environment;
  file: ConfigFile;
  configFile: string;
  apiKeyOfEnv: string | undefined;
}

/** Pure. A stored key is for the server that is stored with it, and for no other. */
export function resolveSettings({ flags, env, file, configFile, apiKeyOfEnv }: Sources): Settings {
  const profile = profileOf(flags, env, file);
  const inProfile = (profile === DEFAULT_PROFILE ? undefined : file.profiles?.[profile]) ?? {};
  const insecure = flags.insecure ?? inProfile.insecure ?? file.insecure ?? false;
  const origin = (text: string): string => {
    const decision = decideControlUrl(text, { insecure });
    if (!decision.allowed) throw invalid(decision.reason);
    return decision.url;
  };
  const server = origin(
    flags.server || env.GATEKEY_SERVER || inProfile.server_url || file.server_url || DEFAULT_SERVER,
  );
  const keyOf = ({ api_key, server_url }: { api_key?: string | undefined; server_url?: string | undefined }) =>
    api_key !== undefined && server === originOf(server_url ?? file.server_url ?? DEFAULT_SERVER) ? api_key : undefined;
  const storedApiKey = keyOf(inProfile) ?? keyOf(file);
  return {
    configFile,
    profile,
    server,
    output: flags.output ?? inProfile.output ?? file.output ?? "table",
    apiKey: flags.apiKey || apiKeyOfEnv || storedApiKey,
    storedApiKey,
    org: flags.org || env.GATEKEY_ORG || inProfile.org || file.org,
    signInFile: signInFileOf(configFile, { profile, server }),
    warnings: isReadableOnTheWay(new URL(server)) ? [`${server} is not encrypted: secrets can be read on the way`] : [],
  };
}

/** @throws AppError `INVALID_INPUT` for a profile that is not in the file */
export function profileOf({ profile: wanted }: Flags, env: Environment, file: ConfigFile): string {
  const profile = wanted || env.GATEKEY_PROFILE || file.current_profile || DEFAULT_PROFILE;
  if (profile === DEFAULT_PROFILE || file.profiles?.[profile]) return profile;
  const known = [DEFAULT_PROFILE, ...Object.keys(file.profiles ?? {})].join(", ");
  throw invalid(
    `there is no profile ${profile}; known are ${known}. To make it: config init --profile ${profile} --server URL`,
  );
}

export const originOf = (text: string): string | undefined => (URL.canParse(text) ? new URL(text).origin : undefined);

const invalid = (reason: string): AppError => new AppError("INVALID_INPUT", { reason });

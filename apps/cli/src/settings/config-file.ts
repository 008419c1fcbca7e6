/** The operator's configuration, `~/.gatekey-admin/config.yaml`: what it may say, and how it is read and changed. */
import { stat } from "node:fs/promises";
import { AppError } from "@sallyport/protocol";
import { type Document, parseDocument } from "yaml";
import { z } from "zod";
import { FORMATS } from "../output/format.ts";
import { readOptional, writePrivately } from "./private-file.ts";

/** What can be set, for everything or for one profile. */
const SETTINGS = {
  server_url: z.string().min(1),
  output: z.enum(FORMATS),
  api_key: z.string().min(1),
  /** Id or name. */
  org: z.string().min(1),
  /** Allows an address that is not encrypted. */
  insecure: z.boolean(),
};
export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** A profile's name is a part of file names. */
const ProfileName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, "must be letters, digits, '.', '_' and '-'");
/** What the settings outside of all profiles are called. */
export const DEFAULT_PROFILE = "default";

const Values = z.strictObject(SETTINGS).partial();

const ConfigFile = Values.extend({
  current_profile: ProfileName.optional(),
  profiles: z.record(ProfileName, Values).optional(),
});
export type ConfigFile = z.infer<typeof ConfigFile>;

/** @throws AppError `INVALID_INPUT` that names the file and what is wrong in it */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  const text = await readOptional(file);
  return text === undefined ? {} : parseConfig(file, parse(file, text));
}

/** Changes the file and keeps its comments. Nothing is written when the result would not be valid. */
export async function editConfigFile(file: string, edit: (document: Document) => void): Promise<void> {
  const document = parse(file, (await readOptional(file)) ?? "");
  edit(document);
  parseConfig(file, document);
  await writePrivately(file, document.toString());
}

/** Where a setting is in the file. */
export const pathOf = (profile: string, name: SettingName): string[] =>
  profile === DEFAULT_PROFILE ? [name] : ["profiles", profile, name];

/** @throws AppError `INVALID_INPUT` */
export function nameSetting(text: string): SettingName {
  const name = SETTING_NAMES.find((each) => each === text);
  if (!name) throw invalid(`unknown key ${text}; known are ${SETTING_NAMES.join(", ")}`);
  return name;
}

/** @throws AppError `INVALID_INPUT` */
export function nameProfile(text: string): string {
  const parsed = ProfileName.safeParse(text);
  if (!parsed.success) throw invalid(`a profile's name ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

/** @throws AppError `INVALID_INPUT` */
export function parseSetting(key: string, text: string): { name: SettingName; value: unknown } {
  const name = nameSetting(key);
  const parsed = SETTINGS[name].safeParse(name === "insecure" ? ({ true: true, false: false }[text] ?? text) : text);
  if (!parsed.success) throw invalid(`${name}: ${parsed.error.issues[0]?.message}`);
  return { name, value: parsed.data };
}

/** Whether others on this computer may read a file in which there is a secret. */
export async function isReadableByOthers(file: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  return ((await stat(file)).mode & 0o077) !== 0;
}

const invalid = (reason: string): AppError => new AppError("INVALID_INPUT", { reason });

function parse(file: string, text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw invalid(`${file}: ${error.message.split("\n")[0]}`);
  return document;
}

function parseConfig(file: string, document: Document): ConfigFile {
  const parsed = ConfigFile.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  if (issue?.code === "unrecognized_keys") {
    const keys = issue.keys.map((key) => (path === "" ? key : `${path}.${key}`)).join(", ");
    throw invalid(`${file}: unknown key ${keys}; known are ${SETTING_NAMES.join(", ")}, current_profile and profiles`);
  }
  throw invalid(`${file}: ${path === "" ? "" : `${path}: `}${issue?.message}`);
}

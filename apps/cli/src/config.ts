/** Where the operator's sign-in is kept, and the only reader of the environment. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";

const Saved = z.object({
  server: z.url(),
  refresh_token: z.string(),
  org_id: z.string().optional(),
  /** Of `server`. Kept, because exchanging the refresh token at each command would lose the sign-in with each that is killed. */
  access_token: z.string().optional(),
  /** Milliseconds since the epoch. */
  access_token_good_until: z.number().optional(),
});
export type SavedSignIn = z.infer<typeof Saved>;

export interface Config {
  file: string;
  /** Address of the control plane. */
  server: string;
  saved: SavedSignIn | undefined;
}

const DEFAULT_SERVER = "http://127.0.0.1:8080";

/** `GATEKEY_SERVER` wins over the server that was signed in to last. */
export async function readConfig(env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const file = env.GATEKEY_CONFIG || join(homedir(), ".gatekey-admin", "sign-in.json");
  const saved = await readSaved(file);
  return { file, server: env.GATEKEY_SERVER || saved?.server || DEFAULT_SERVER, saved };
}

async function readSaved(file: string): Promise<SavedSignIn | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    // Not signed in yet.
    return undefined;
  }
  const parsed = Saved.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${file} is damaged; remove it and sign in again`);
  return parsed.data;
}

/** Written whole or not at all, and readable by its owner only. */
export async function saveSignIn(file: string, signIn: SavedSignIn): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, JSON.stringify(signIn), { mode: 0o600 });
  await rename(partial, file);
}

export const forgetSignIn = (file: string): Promise<void> => rm(file, { force: true });

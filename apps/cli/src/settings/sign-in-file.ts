/** The state of one sign-in, in a private file of its own beside the configuration. */
import { rm } from "node:fs/promises";
import { join, parse } from "node:path";
import { z } from "zod";
import { readOptional, writePrivately } from "./private-file.ts";

const SignInState = z.object({
  /** The only origin that these tokens are ever sent to. */
  server: z.url(),
  refresh_token: z.string(),
  /** Kept, because exchanging the refresh token at each command would lose the sign-in with each that is killed. */
  access_token: z.string().optional(),
  /** Milliseconds since the epoch. */
  access_token_good_until: z.number().optional(),
});
export type SignInState = z.infer<typeof SignInState>;

/** One for each profile and server: two profiles may be two people on the same server. */
export function signInFileOf(configFile: string, { profile, server }: { profile: string; server: string }): string {
  const { dir, name } = parse(configFile);
  return join(dir, `${name}.sign-in`, `${profile}@${server.replace(/[^\w.-]+/g, "_")}.json`);
}

/** Undefined when nobody is signed in there. */
export async function readSignIn(file: string, server: string): Promise<SignInState | undefined> {
  const text = await readOptional(file);
  if (text === undefined) return undefined;
  try {
    const state = SignInState.parse(JSON.parse(text));
    return state.server === server ? state : undefined;
  } catch {
    throw new Error(`${file} is damaged; remove it and sign in again`);
  }
}

export const saveSignIn = (file: string, state: SignInState): Promise<void> =>
  writePrivately(file, JSON.stringify(state));

export const forgetSignIn = (file: string): Promise<void> => rm(file, { force: true });

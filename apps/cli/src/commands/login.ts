import { API_KEY_PREFIX, AppError } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { valueOrInput } from "../input.ts";
import { rememberLogin } from "../settings/remember-login.ts";
import { signInWithBrowser } from "../sign-in/with-browser.ts";
import { signInWithPassword } from "../sign-in/with-password.ts";
import { askWho, keepSignIn } from "../signed-in.ts";

export interface LoginOptions {
  email?: string;
  /** False: the address is shown and nothing is opened. */
  browser: boolean;
}

/**
 * `gatekey-admin login`: in the browser where a person is at a terminal, with a password where one is given on standard
 * input or an address was named, or with an API key.
 */
export async function login({ flags, settings }: Cli, { email, browser }: LoginOptions): Promise<void> {
  const { server, signInFile } = settings;
  if (flags.apiKey !== undefined) return loginWithKey(settings, flags.apiKey);
  if (email === undefined && !process.stdin.isTTY && browser) {
    const reason = "Nobody is at a terminal: say --email ADDRESS, with the password on standard input, or --api-key -";
    throw new AppError("INVALID_INPUT", { reason });
  }
  const isInBrowser = email === undefined && (process.stdin.isTTY || !browser);
  const signIn = await (isInBrowser
    ? signInWithBrowser(server, { mayOpen: browser })
    : signInWithPassword(server, email));
  await keepSignIn(signInFile, server, signIn);
  await rememberLogin(settings, { isServerNamed: flags.server !== undefined });
  process.stderr.write(`Signed in to ${server} as ${signIn.user.email}.\n`);
  if (process.env.GATEKEY_API_KEY || process.env.GATEKEY_API_KEY_FILE) {
    process.stderr.write("The API key of the environment still wins over this sign-in.\n");
  }
}

/** Nothing is written down before the key has been seen to be good. */
async function loginWithKey(settings: Cli["settings"], given: string): Promise<void> {
  const apiKey = await valueOrInput(given);
  if (!apiKey.startsWith(API_KEY_PREFIX)) {
    throw new AppError("INVALID_INPUT", { reason: `an API key begins with ${API_KEY_PREFIX}` });
  }
  const { user, orgs } = await askWho(settings.server, apiKey);
  await rememberLogin(settings, { apiKey, isServerNamed: true });
  const where = orgs.map(({ name, role }) => `${role} in ${name}`).join(", ");
  process.stderr.write(`Signed in to ${settings.server} with an API key of ${user.email} (${where}).\n`);
}

import { authApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { rememberLogin } from "../settings/remember-login.ts";
import { forgetSignIn, readSignIn } from "../settings/sign-in-file.ts";
import { signedIn } from "../signed-in.ts";

/** `gatekey-admin logout`: ends the sign-in on the server, and forgets it and a stored API key here. */
export async function logout({ settings }: Cli): Promise<void> {
  const { server, signInFile, storedApiKey } = settings;
  if (storedApiKey !== undefined) {
    await rememberLogin(settings, { isServerNamed: false });
    process.stderr.write("Forgot the API key; it stays good until it is revoked: gatekey-admin api-key revoke\n");
    if (!(await readSignIn(signInFile, server))) return;
  }
  const { api } = await signedIn({ ...settings, apiKey: undefined, org: undefined });
  await api.call(authApi.logout, {});
  await forgetSignIn(signInFile);
  process.stderr.write("Signed out.\n");
}

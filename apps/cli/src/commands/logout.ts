import { authApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { forgetSignIn } from "../settings/sign-in-file.ts";

/** `gatekey-admin logout`: ends the sign-in on the server and forgets it here. */
export async function logout({ settings, signedIn }: Cli): Promise<void> {
  const { api } = await signedIn();
  await api.call(authApi.logout, {});
  await forgetSignIn(settings.signInFile);
  process.stderr.write("Signed out.\n");
}

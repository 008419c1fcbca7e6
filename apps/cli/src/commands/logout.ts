import { authApi } from "@sallyport/protocol";
import { forgetSignIn } from "../config.ts";
import { signedIn } from "../signed-in.ts";

/** `gatekey-admin logout`: ends the sign-in on the server and forgets it here. */
export async function logout(): Promise<void> {
  const { api, config } = await signedIn();
  await api.call(authApi.logout, {});
  await forgetSignIn(config.file);
  process.stderr.write("Signed out.\n");
}

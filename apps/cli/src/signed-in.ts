import { HttpClient } from "@sallyport/client";
import { AppError, authApi, RemoteError, type SignIn } from "@sallyport/protocol";
import { type Config, forgetSignIn, readConfig, saveSignIn } from "./config.ts";

export interface Operator {
  config: Config;
  api: HttpClient;
  signIn: SignIn;
  orgId: string;
}

/**
 * The signed-in operator. Every call renews the sign-in, because a refresh token works once.
 *
 * @throws AppError `UNAUTHORIZED` when nobody is signed in
 */
export async function signedIn(): Promise<Operator> {
  const config = await readConfig();
  if (!config.saved) throw new AppError("UNAUTHORIZED", {}, { cause: "not signed in" });
  const { refresh_token, org_id } = config.saved;
  const anonymous = new HttpClient({ baseUrl: config.server });
  let signIn: SignIn;
  try {
    signIn = await anonymous.call(authApi.refresh, { body: { refresh_token } });
  } catch (error) {
    if (error instanceof RemoteError && error.code === "INVALID_TOKEN") await forgetSignIn(config.file);
    throw error;
  }
  await saveSignIn(config.file, { ...config.saved, server: config.server, refresh_token: signIn.refresh_token });
  const orgId = org_id ?? signIn.orgs[0]?.id;
  if (!orgId) throw new AppError("FORBIDDEN", { reason: "This account belongs to no organisation" });
  return { config, signIn, orgId, api: new HttpClient({ baseUrl: config.server, token: () => signIn.access_token }) };
}

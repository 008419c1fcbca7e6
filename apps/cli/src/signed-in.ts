import { HttpClient } from "@sallyport/client";
import { AppError, authApi, RemoteError, type SignIn } from "@sallyport/protocol";
import { type Config, forgetSignIn, readConfig, saveSignIn } from "./config.ts";
import { withFileLock } from "./file-lock.ts";

export interface Operator {
  config: Config;
  api: HttpClient;
  signIn: Pick<SignIn, "access_token" | "user" | "orgs">;
  orgId: string;
  /** An access token that is still good, renewed when it is about to expire. */
  accessToken(): Promise<string>;
}

/** A token this close to its end might not live until it is read. */
const RENEW_BEFORE_MS = 60_000;
/** Below the time after which another process takes the lock away. */
const REFRESH_TIMEOUT_MS = 10_000;

/**
 * The signed-in operator.
 *
 * @throws AppError `UNAUTHORIZED` when nobody is signed in
 */
export async function signedIn(): Promise<Operator> {
  let current = (await reuse()) ?? (await renew());
  let renewal: Promise<string> | undefined;
  const accessToken = (): Promise<string> => {
    if (Date.now() < current.goodUntil) return Promise.resolve(current.signIn.access_token);
    renewal ??= renew()
      .then((renewed) => {
        current = renewed;
        return renewed.signIn.access_token;
      })
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  };
  const { config, signIn } = current;
  const orgId = config.saved?.org_id ?? signIn.orgs[0]?.id;
  if (!orgId) throw new AppError("FORBIDDEN", { reason: "This account belongs to no organisation" });
  return { config, signIn, orgId, accessToken, api: new HttpClient({ baseUrl: config.server, token: accessToken }) };
}

interface Renewed {
  config: Config;
  signIn: Pick<SignIn, "access_token" | "user" | "orgs">;
  goodUntil: number;
}

/** The access token of an earlier command, if the server still takes it. */
async function reuse(): Promise<Renewed | undefined> {
  const config = await readConfig();
  const { server, access_token, access_token_good_until: goodUntil = 0 } = config.saved ?? {};
  if (access_token === undefined || server !== config.server || Date.now() >= goodUntil) return undefined;
  try {
    const who = await new HttpClient({ baseUrl: server, token: () => access_token }).call(authApi.me, {});
    return { config, signIn: { access_token, ...who }, goodUntil };
  } catch (error) {
    if (error instanceof RemoteError && error.code === "UNAUTHORIZED") return undefined;
    throw error;
  }
}

/** Exchanges the refresh token. One at a time: the same token shown twice ends the sign-in, as if it had been stolen. */
async function renew(): Promise<Renewed> {
  const { file, saved } = await readConfig();
  if (!saved) throw notSignedIn();
  return withFileLock(file, async () => {
    // Another process may have exchanged it while this one waited.
    const config = await readConfig();
    if (!config.saved) throw notSignedIn();
    const api = new HttpClient({ baseUrl: config.server, timeoutMs: REFRESH_TIMEOUT_MS });
    let signIn: SignIn;
    try {
      signIn = await api.call(authApi.refresh, { body: { refresh_token: config.saved.refresh_token } });
    } catch (error) {
      if (error instanceof RemoteError && error.code === "INVALID_TOKEN") await forgetSignIn(file);
      throw error;
    }
    const goodUntil = Date.now() + signIn.expires_in * 1_000 - RENEW_BEFORE_MS;
    await saveSignIn(file, {
      ...config.saved,
      server: config.server,
      refresh_token: signIn.refresh_token,
      access_token: signIn.access_token,
      access_token_good_until: goodUntil,
    });
    return { config, signIn, goodUntil };
  });
}

const notSignedIn = (): AppError => new AppError("UNAUTHORIZED", {}, { cause: "not signed in" });

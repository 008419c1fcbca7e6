import { HttpClient } from "@sallyport/client";
import { AppError, authApi, type Membership, RemoteError, type SignIn } from "@sallyport/protocol";
import { withFileLock } from "./file-lock.ts";
import type { Settings } from "./settings/settings.ts";
import { forgetSignIn, readSignIn, saveSignIn } from "./settings/sign-in-file.ts";

export interface Operator {
  /** Origin of the control plane. */
  server: string;
  api: HttpClient;
  user: SignIn["user"];
  orgs: readonly Membership[];
  /** The organisation that commands are about. */
  org: Membership;
  orgId: string;
  /** An access token that is still good, renewed when it is about to expire; or the API key. */
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
 * @throws AppError `NOT_FOUND`, `FORBIDDEN` for an organisation that is not theirs, and when there is none
 */
export async function signedIn(settings: Settings): Promise<Operator> {
  const { server, apiKey, org } = settings;
  const { accessToken, who } = await (apiKey === undefined ? bySignIn(settings) : byApiKey(server, apiKey));
  const api = new HttpClient({ baseUrl: server, token: accessToken });
  const chosen = chooseOrg(who.orgs, org);
  return { server, api, ...who, org: chosen, orgId: chosen.id, accessToken };
}

type Who = Pick<SignIn, "user" | "orgs">;
interface Identity {
  who: Who;
  accessToken(): Promise<string>;
}

async function byApiKey(server: string, apiKey: string): Promise<Identity> {
  return { who: await askWho(server, apiKey), accessToken: () => Promise.resolve(apiKey) };
}

export const askWho = (server: string, token: string): Promise<Who> =>
  new HttpClient({ baseUrl: server, token: () => token }).call(authApi.me, {});

function chooseOrg(orgs: readonly Membership[], wanted: string | undefined): Membership {
  if (wanted === undefined) {
    const [first] = orgs;
    if (!first) throw new AppError("FORBIDDEN", { reason: "This account belongs to no organisation" });
    return first;
  }
  const [only, another] = orgs.filter(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase());
  if (!only) throw new AppError("NOT_FOUND", { what: `Organisation ${wanted}` });
  if (another) {
    throw new AppError("INVALID_INPUT", { reason: `Several organisations are called ${wanted}; give the id` });
  }
  return only;
}

interface Access {
  token: string;
  /** Milliseconds since the epoch. */
  goodUntil: number;
  who: Who;
}

async function bySignIn(settings: Settings): Promise<Identity> {
  let current = (await reuse(settings)) ?? (await renew(settings));
  let renewal: Promise<string> | undefined;
  const accessToken = (): Promise<string> => {
    if (Date.now() < current.goodUntil) return Promise.resolve(current.token);
    renewal ??= renew(settings)
      .then((renewed) => {
        current = renewed;
        return renewed.token;
      })
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  };
  return { who: current.who, accessToken };
}

/** The access token of an earlier command, if the server still takes it. */
async function reuse({ server, signInFile }: Settings): Promise<Access | undefined> {
  const { access_token: token, access_token_good_until: goodUntil = 0 } = (await readSignIn(signInFile, server)) ?? {};
  if (token === undefined || Date.now() >= goodUntil) return undefined;
  try {
    return { token, goodUntil, who: await askWho(server, token) };
  } catch (error) {
    if (error instanceof RemoteError && error.code === "UNAUTHORIZED") return undefined;
    throw error;
  }
}

/** Exchanges the refresh token. One at a time: the same token shown twice ends the sign-in, as if it had been stolen. */
async function renew({ server, signInFile }: Settings): Promise<Access> {
  if (!(await readSignIn(signInFile, server))) throw new NotSignedIn(server);
  return withFileLock(signInFile, async () => {
    // Another process may have exchanged it while this one waited.
    const saved = await readSignIn(signInFile, server);
    if (!saved) throw new NotSignedIn(server);
    const api = new HttpClient({ baseUrl: server, timeoutMs: REFRESH_TIMEOUT_MS });
    try {
      return await keepSignIn(
        signInFile,
        server,
        await api.call(authApi.refresh, { body: { refresh_token: saved.refresh_token } }),
      );
    } catch (error) {
      if (!(error instanceof RemoteError && error.code === "INVALID_TOKEN")) throw error;
      await forgetSignIn(signInFile);
      throw new NotSignedIn(server);
    }
  });
}

/** Writes down what a sign-in or its renewal gave. */
export async function keepSignIn(signInFile: string, server: string, signIn: SignIn): Promise<Access> {
  const { access_token: token, refresh_token, expires_in, user, orgs } = signIn;
  const goodUntil = Date.now() + expires_in * 1_000 - RENEW_BEFORE_MS;
  await saveSignIn(signInFile, { server, refresh_token, access_token: token, access_token_good_until: goodUntil });
  return { token, goodUntil, who: { user, orgs } };
}

class NotSignedIn extends AppError<"UNAUTHORIZED"> {
  override readonly message: string;

  constructor(server: string) {
    super("UNAUTHORIZED", {});
    this.message = `Not signed in to ${server}. Run: gatekey-admin login --server ${server}`;
  }
}

/** The one way to the control plane: typed calls that carry the session's token and renew it once when it is refused. */
// Again, though the entry does it: what several pages share is a file of its own, which runs before the entry's.
import "../lib/zod-without-eval.ts";
import { HttpClient } from "@sallyport/client";
import { authApi, RemoteError } from "@sallyport/protocol";
import { exclusively } from "../lib/cross-tab-lock.ts";
import { SessionKeeper } from "./session-keeper.ts";
import { SessionStore } from "./session-store.ts";

export const baseUrl = window.location.origin;

export const sessionStore = new SessionStore(localStorage, window);

/** For calls that need no sign-in, or bring their own token. */
export const anonymous = new HttpClient({ baseUrl });

export const sessionKeeper = new SessionKeeper({
  store: sessionStore,
  exclusively,
  refresh: (refresh_token) => anonymous.call(authApi.refresh, { body: { refresh_token } }),
});

/**
 * Runs `work` with a client that is signed in. A 401 renews the tokens and runs it once more; when the sign-in has
 * ended, the page that needs one sees that in the store and leaves.
 *
 * @param timeoutMs for work that takes longer than calls usually do
 */
export async function signedIn<Result>(
  work: (client: HttpClient) => Promise<Result>,
  timeoutMs?: number,
): Promise<Result> {
  const token = await sessionKeeper.accessToken();
  try {
    return await work(withToken(token, timeoutMs));
  } catch (error) {
    if (!token || !(error instanceof RemoteError) || error.code !== "UNAUTHORIZED") throw error;
    const renewed = await sessionKeeper.renew(token);
    if (!renewed || renewed.access_token === token) throw error;
    return work(withToken(renewed.access_token, timeoutMs));
  }
}

export const withToken = (token: string | undefined, timeoutMs?: number): HttpClient =>
  new HttpClient({ baseUrl, token: () => token, ...(timeoutMs !== undefined && { timeoutMs }) });

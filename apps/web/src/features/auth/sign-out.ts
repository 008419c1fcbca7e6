import { authApi } from "@sallyport/protocol";
import { sessionStore, withToken } from "../../api/client.ts";
import { tabSessions } from "../../lib/tab-sessions.ts";

/** Ends the sign-in here and in every other tab at once, then tells the server. */
export async function signOut(): Promise<void> {
  const session = sessionStore.read();
  sessionStore.clear();
  tabSessions.clear();
  if (!session) return;
  // Whatever the answer, this browser has forgotten the tokens; a server that is away ends them by their age.
  await withToken(session.access_token)
    .call(authApi.logout, {})
    .catch(() => undefined);
}

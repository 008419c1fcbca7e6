import { authApi } from "@sallyport/protocol";
import { sessionStore, signedIn } from "../../api/client.ts";

/**
 * Reads again who one is and in which organisations, after rights changed.
 *
 * @param signal of who has a newer answer by now, or wants none
 */
export async function rereadAccess(signal?: AbortSignal): Promise<void> {
  const me = await signedIn((client) => client.call(authApi.me, {}));
  const session = sessionStore.read();
  // Somebody else may have signed in meanwhile.
  if (session?.user.id !== me.user.id || signal?.aborted) return;
  const next = { ...session, ...me };
  // What is written is drawn again, everywhere.
  if (JSON.stringify(next) !== JSON.stringify(session)) sessionStore.write(next);
}

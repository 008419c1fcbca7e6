import { authApi } from "@sallyport/protocol";
import { sessionStore, signedIn } from "../../api/client.ts";

/** Reads again who one is and in which organisations, after rights changed. */
export async function rereadAccess(): Promise<void> {
  const me = await signedIn((client) => client.call(authApi.me, {}));
  const session = sessionStore.read();
  if (session) sessionStore.write({ ...session, ...me });
}

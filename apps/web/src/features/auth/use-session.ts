import type { Membership } from "@sallyport/protocol";
import { createContext, use, useSyncExternalStore } from "react";
import { z } from "zod";
import { sessionStore } from "../../api/client.ts";
import type { Session } from "../../api/session.ts";
import { setting, useSetting } from "../../lib/setting.ts";

/** The sign-in of this browser, or undefined; follows other tabs. */
export const useMaybeSession = (): Session | undefined =>
  useSyncExternalStore(sessionStore.subscribe, sessionStore.read);

export const SessionContext = createContext<Session | undefined>(undefined);

/** The sign-in, on pages that need one. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("invariant: a page that needs a session is outside RequireSession");
  return session;
}

const chosenOrg = setting("sallyport_org", z.string(), "");

/** The organisation that pages are about, undefined for a person in none; and how to choose another. */
export function useOrg(): { org: Membership | undefined; chooseOrg: (id: string) => void } {
  const { orgs } = useSession();
  const [id, chooseOrg] = useSetting(chosenOrg);
  return { org: orgs.find((org) => org.id === id) ?? orgs[0], chooseOrg };
}

import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { HOME_PATH, SIGN_IN_PATH } from "./next-path.ts";
import { SessionContext, useMaybeSession } from "./use-session.ts";

/** Shows its children to people who are signed in; sends others to the sign-in page, which brings them back. */
export function RequireSession({ children }: { children: ReactNode }) {
  const session = useMaybeSession();
  const router = useRouter();
  const isMissing = session === undefined;

  useEffect(() => {
    if (!isMissing) return;
    const { href, pathname } = router.state.location;
    // On the way there already.
    if (pathname === SIGN_IN_PATH) return;
    const search = href === HOME_PATH || href === "/" ? {} : { next: href };
    void router.navigate({ to: SIGN_IN_PATH, search, replace: true });
  }, [isMissing, router]);

  return session && <SessionContext value={session}>{children}</SessionContext>;
}

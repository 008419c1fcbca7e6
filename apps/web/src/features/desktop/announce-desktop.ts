import type { DesktopSessionView } from "@sallyport/protocol";
import type { QueryClient } from "@tanstack/react-query";
import { desktopFeed } from "./desktop-feed.ts";
import { desktopQueries } from "./desktops.queries.ts";
import { withDesktop } from "./live-desktops.ts";

/** Brings an announcement into the lists that pages show. */
export function showDesktop(queries: QueryClient, session: DesktopSessionView): void {
  desktopFeed.heard(session);
  queries.setQueryData<DesktopSessionView[]>(
    [...desktopQueries.all, session.org_id],
    (sessions) => sessions && withDesktop(sessions, session),
  );
}

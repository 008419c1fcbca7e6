import { type DesktopSessionView, desktopApi, type Membership, PLAN_FEATURES } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { desktopFeed } from "./desktop-feed.ts";
import { liveDesktops } from "./live-desktops.ts";

/** While changes are not announced, and, far more rarely, while they are: a silent socket may be a dead one. */
const POLL_MS: Record<LiveStatus, number> = { down: 5_000, up: 60_000 };
/** Newest ones, among which all that wait are, and those that are shown now. */
const NEWEST = 100;
const SHOWN = 500;

/** A plan that has no desktops at first has none here: asking would be a refusal, which is recorded. */
export const hasDesktops = (org: Membership | undefined): org is Membership =>
  org !== undefined && PLAN_FEATURES.remote_desktop.includes(org.plan);

export const desktopQueries = {
  all: ["desktops"] as const,

  /** Desktop sessions that wait or run: everybody's for administrators, otherwise one's own and those on one's machines. */
  list: (org: Membership | undefined, live: LiveStatus) =>
    queryOptions({
      queryKey: ["desktops", org?.id ?? ""],
      queryFn: async (): Promise<DesktopSessionView[]> => {
        const sinceMs = performance.now();
        const org_id = org?.id ?? "";
        const lists = await signedIn((client) =>
          Promise.all([
            client.act(desktopApi, "list", { org_id, limit: NEWEST }),
            client.act(desktopApi, "list", { org_id, status: "active", limit: SHOWN }),
          ]),
        );
        return desktopFeed.over(liveDesktops(lists.flatMap(({ sessions }) => sessions)), org_id, sinceMs);
      },
      enabled: hasDesktops(org),
      // The live socket's return asks again, once it is known that the plan still has them.
      refetchOnReconnect: false,
      // A plan that was lost is not asked about again.
      refetchInterval: ({ state }) => (state.error ? false : POLL_MS[live]),
    }),
};

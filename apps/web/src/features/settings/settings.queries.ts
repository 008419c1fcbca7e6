import { organisationApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";

export const settingsQueries = {
  /** What an organisation has chosen. */
  ofOrg: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "settings", orgId],
      queryFn: () => signedIn((client) => client.act(organisationApi, "settings", { org_id: orgId })),
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};

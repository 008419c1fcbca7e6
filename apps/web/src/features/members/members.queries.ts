import { organisationApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";

export const memberQueries = {
  /** Everybody in an organisation, by e-mail address. */
  list: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "members", orgId],
      queryFn: async () =>
        (await signedIn((client) => client.act(organisationApi, "members", { org_id: orgId }))).members,
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};

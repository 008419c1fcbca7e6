import { organisationApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";

export const planQueries = {
  /** An organisation's plan, and what this control plane gives to each. */
  list: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "plans", orgId],
      queryFn: () => signedIn((client) => client.act(organisationApi, "plans", { org_id: orgId })),
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};

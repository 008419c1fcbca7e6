import { authKeyApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";

export const apiKeyQueries = {
  /** One's own keys, everybody's for administrators; the newest first. */
  list: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "api-keys", orgId],
      queryFn: async () =>
        (await signedIn((client) => client.act(authKeyApi, "list_api_keys", { org_id: orgId }))).keys,
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};

import { accessApi, DB_ROWS, databaseApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";
import type { AccessQuestion } from "./access-question.ts";
import { AclRule } from "./acl-rule.ts";

interface Follows {
  live: LiveStatus;
  /** Changes with what no record tells of: whether the machine is there, and shows sessions. */
  presence: string;
  /** `records`: asked again with every record. `rights`: only when rights are said to have changed; for many at once. */
  news: "records" | "rights";
}

export const accessQueries = {
  /** Every rule, in the order in which they count. */
  rules: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "acl-rules", orgId],
      queryFn: () => readRules(orgId),
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** What would happen if this person asked now. */
  explain: (orgId: string, question: AccessQuestion, { live, presence, news }: Follows) =>
    queryOptions({
      queryKey: [news === "records" ? RECORDS : "rights", "explain", orgId, question, presence],
      queryFn: () => {
        const { person, machine, verb, from } = question;
        return signedIn((client) =>
          client.act(accessApi, "explain", {
            org_id: orgId,
            user_id: person,
            machine_id: machine,
            verb,
            ...(from && { viewer_machine_id: from }),
          }),
        );
      },
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};

async function readRules(orgId: string): Promise<AclRule[]> {
  const rules: AclRule[] = [];
  for (let offset = 0; ; offset += DB_ROWS.max) {
    const page = await signedIn((client) =>
      client.call(databaseApi.list, {
        params: { table: "acl_rules" },
        query: {
          org_id: orgId,
          order: "priority,created_at,id",
          limit: String(DB_ROWS.max),
          offset: String(offset),
        },
      }),
    );
    // One that a newer server describes in another way is left out, not fatal.
    rules.push(...page.flatMap((row) => AclRule.safeParse(row).data ?? []));
    if (page.length < DB_ROWS.max) return rules;
  }
}

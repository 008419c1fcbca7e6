/** What a machine's page asks for beside the machine itself, which the list has. */
import { databaseApi, desktopApi, execApi, type NodeView, nodeAdminApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { newestEntries } from "../../api/newest-entries.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";

/** Of each list; older things are found in the audit log. */
export const NEWEST_ROWS = 100;

/** One use of an auth key, as the table shows it. */
const KeyUse = z.object({
  id: z.string(),
  auth_key_id: z.string().nullable(),
  outcome: z.string(),
  ip_address: z.string().nullable(),
  created_at: z.string(),
});

const AuthKeyName = z.object({
  id: z.string(),
  name: z.string().nullable(),
  key_prefix: z.string(),
  revoked: z.boolean(),
});

export interface Enrolment {
  use: z.infer<typeof KeyUse>;
  /** Undefined for one who may not read keys. */
  key: z.infer<typeof AuthKeyName> | undefined;
}

export const machineDetailQueries = {
  commands: (orgId: string, machineId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "machine-commands", orgId, machineId],
      queryFn: async () =>
        (
          await signedIn((client) =>
            client.act(execApi, "history", { org_id: orgId, machine_id: machineId, limit: NEWEST_ROWS }),
          )
        ).commands,
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** Desktop sessions that are over, newest first. */
  endedDesktops: (orgId: string, machineId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "machine-desktops", orgId, machineId],
      queryFn: async () => {
        const { sessions } = await signedIn((client) =>
          client.act(desktopApi, "list", { org_id: orgId, machine_id: machineId, limit: NEWEST_ROWS }),
        );
        return sessions.filter(({ ended_at }) => ended_at !== null);
      },
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  history: (orgId: string, machineId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "machine-history", orgId, machineId],
      queryFn: () => newestEntries(orgId, { resource_id: machineId }, NEWEST_ROWS),
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** How the machine enrolled last; null for one that no key enrolled, such as a gateway. */
  enrolment: (orgId: string, machineId: string, mayReadKeys: boolean, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "machine-enrolment", orgId, machineId, mayReadKeys],
      queryFn: () =>
        signedIn(async (client): Promise<Enrolment | null> => {
          const rows = (table: string, filter: Record<string, string>) =>
            client.call(databaseApi.list, { params: { table }, query: { org_id: orgId, ...filter } });
          const [newest] = await rows("auth_key_uses", {
            machine_id: `eq.${machineId}`,
            order: "created_at.desc",
            limit: "1",
          });
          const use = KeyUse.safeParse(newest).data;
          if (!use) return null;
          if (!mayReadKeys || use.auth_key_id === null) return { use, key: undefined };
          const [key] = await rows("auth_keys", { id: `eq.${use.auth_key_id}`, limit: "1" });
          return { use, key: AuthKeyName.safeParse(key).data };
        }),
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** Of gateways, hubs and spokes. */
  node: (orgId: string, machineId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "node", orgId, machineId],
      queryFn: (): Promise<NodeView> =>
        signedIn((client) => client.act(nodeAdminApi, "show", { org_id: orgId, node_id: machineId })),
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};

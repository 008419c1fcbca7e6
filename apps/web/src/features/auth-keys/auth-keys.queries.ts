import { DB_ROWS, type DbTable, databaseApi, MachineStatus } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";
import { AuthKeyRow } from "./auth-key.ts";

/** A machine that registered with a key. */
const KeyUse = z.object({
  id: z.uuid(),
  /** Null: the machine was deleted since. */
  machine_id: z.uuid().nullable(),
  machine_name: z.string(),
  outcome: z.string(),
  ip_address: z.string().nullable(),
  created_at: z.iso.datetime(),
});
export type KeyUse = z.infer<typeof KeyUse>;

/** Uses that are shown of one key. */
export const USES_SHOWN = 1_000;

const KeyMachine = z.object({ id: z.uuid(), status: MachineStatus });

const rowsOf = async <Type extends z.ZodType>(type: Type, table: DbTable, query: Record<string, string>) => {
  const rows = await signedIn((client) => client.call(databaseApi.list, { params: { table }, query }));
  // One that a newer server describes in another way is left out, not fatal.
  return rows.flatMap((row) => type.safeParse(row).data ?? []);
};

export const authKeyQueries = {
  /** Every key of the organisation, the newest first. */
  list: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "auth-keys", orgId],
      queryFn: () =>
        rowsOf(AuthKeyRow, "auth_keys", { org_id: orgId, order: "created_at.desc", limit: String(DB_ROWS.max) }),
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** One key; null when there is none. */
  one: (orgId: string, keyId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "auth-keys", orgId, keyId],
      queryFn: async () => (await rowsOf(AuthKeyRow, "auth_keys", { org_id: orgId, id: keyId }))[0] ?? null,
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** Who registered with a key, the newest first. */
  uses: (orgId: string, keyId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "auth-key-uses", orgId, keyId],
      queryFn: () =>
        rowsOf(KeyUse, "auth_key_uses", {
          org_id: orgId,
          auth_key_id: keyId,
          order: "created_at.desc",
          limit: String(USES_SHOWN),
        }),
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** The machines whose registration is by this key: those that revoking it quarantines, and those that are so already. */
  machines: (orgId: string, keyId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "auth-key-machines", orgId, keyId],
      queryFn: () =>
        rowsOf(KeyMachine, "machines", {
          org_id: orgId,
          auth_key_id: keyId,
          select: "id,status",
          limit: String(DB_ROWS.max),
        }),
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};

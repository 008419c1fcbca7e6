import type { auditCheckpoints, auditLogs, auditTombstones } from "../../platform/db/schema.ts";
import type { Checkpoint, Signed, Tombstone } from "./audit-signer.ts";
import type { HashedRow } from "./hash-chain.ts";

/** A row as it was hashed; exports and Loki show it like this, too, so that anybody can check the chain. */
export const hashedRow = (row: typeof auditLogs.$inferSelect): HashedRow => ({
  id: row.id,
  chain: row.chain,
  seq: row.seq,
  org_id: row.orgId,
  action: row.action,
  resource_type: row.resourceType,
  resource_id: row.resourceId,
  actor_id: row.actorId,
  metadata: row.metadata,
  ip_address: row.ipAddress,
  created_at: row.createdAt.toISOString(),
  prev_hash: row.prevHash,
  hash: row.hash,
});

export const signedCheckpoint = (row: typeof auditCheckpoints.$inferSelect): Signed<Checkpoint> => ({
  chain: row.chain,
  seq: row.seq,
  hash: row.hash,
  created_at: row.createdAt.toISOString(),
  signature: row.signature,
});

export const signedTombstone = (row: typeof auditTombstones.$inferSelect): Signed<Tombstone> => ({
  id: row.id,
  chain: row.chain,
  class: row.class,
  first_seq: row.firstSeq,
  last_seq: row.lastSeq,
  rows: row.rows,
  digest: row.digest,
  created_at: row.createdAt.toISOString(),
  signature: row.signature,
});

import { Keyring } from "../../platform/secrets/keyring.ts";
import { AuditSigner, type Signed, type Tombstone } from "./audit-signer.ts";
import type { ErasedRow } from "./chain-verifier.ts";
import { ErasedDigest, GENESIS, type HashedRow, hashRow } from "./hash-chain.ts";

export const signer = new AuditSigner(new Keyring("ab".repeat(32)));

export function chainOf(length: number): HashedRow[] {
  const rows: HashedRow[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const row = {
      id: `row-${seq}`,
      chain: "org",
      seq,
      org_id: "org",
      action: "remote.session_created",
      resource_type: "machine",
      resource_id: "m",
      actor_id: "u",
      metadata: { machine_name: "Linux-C", n: seq },
      ip_address: "127.0.0.1",
      created_at: "2026-11-23T10:00:00.000Z",
      prev_hash: rows.at(-1)?.hash ?? GENESIS,
    };
    rows.push({ ...row, hash: hashRow(row) });
  }
  return rows;
}

export const checkpointAt = ({ chain, seq, hash }: HashedRow) =>
  signer.checkpoint({ chain, seq, hash, created_at: "2026-11-23T11:00:00.000Z" });

export function erase(rows: readonly HashedRow[]): ErasedRow[] {
  const digest = new ErasedDigest();
  for (const row of rows) digest.add(row);
  const tombstone: Signed<Tombstone> = signer.tombstone({
    id: `tombstone of ${rows[0]?.seq}`,
    chain: "org",
    class: "denied",
    first_seq: rows[0]?.seq ?? 0,
    last_seq: rows.at(-1)?.seq ?? 0,
    rows: rows.length,
    digest: digest.toString(),
    created_at: "2026-11-23T12:00:00.000Z",
  });
  return rows.map(({ seq, hash }) => ({ seq, hash, tombstone }));
}

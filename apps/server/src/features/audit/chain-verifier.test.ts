import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Keyring } from "../../platform/secrets/keyring.ts";
import { AuditSigner, type Checkpoint, type Signed } from "./audit-signer.ts";
import { chainOf, checkpointAt, erase, signer } from "./chain.fixture.ts";
import { ChainVerifier, type ErasedRow } from "./chain-verifier.ts";
import { type ChainHead, GENESIS, type HashedRow, hashRow } from "./hash-chain.ts";

interface Given {
  head?: ChainHead;
  kept?: Signed<Checkpoint>;
  checkpoints?: Signed<Checkpoint>[];
}

const headOf = (entries: readonly ChainHead[]): ChainHead => ({
  seq: entries.at(-1)?.seq ?? 0,
  hash: entries.at(-1)?.hash ?? GENESIS,
});

function verify(entries: readonly (HashedRow | ErasedRow)[], given: Given = {}) {
  const verifier = new ChainVerifier("org", signer, given.kept);
  for (const entry of entries) {
    const checkpoint = given.checkpoints?.find(({ seq }) => seq === entry.seq);
    const fault =
      ("tombstone" in entry ? verifier.erased(entry) : verifier.row(entry)) ??
      (checkpoint && verifier.checkpoint(checkpoint));
    if (fault) return fault;
  }
  return verifier.end(given.head ?? headOf(entries));
}

/** The row made right again by somebody who knows how; its successor's `prev_hash` still tells. */
const rehashed = ({ hash: _, ...row }: HashedRow): HashedRow => ({ ...row, hash: hashRow(row) });
const at = (rows: HashedRow[], seq: number): HashedRow => rows[seq - 1] as HashedRow;

describe("T6.1 a chain that somebody touched", () => {
  const whole = chainOf(6);
  const head = headOf(whole);

  test("an untouched one holds, with its checkpoints", () => {
    expect(
      verify(whole, { kept: checkpointAt(at(whole, 5)), checkpoints: [checkpointAt(at(whole, 3))] }),
    ).toBeUndefined();
  });

  test("a changed row is named", () => {
    const rows = whole.map((row) => (row.seq === 3 ? { ...row, actor_id: "somebody else" } : row));
    expect(verify(rows, { head })).toEqual({ seq: 3, problem: "changed" });
  });

  test("a changed row whose own hash was made right again shows in the next", () => {
    const rows = whole.map((row) => (row.seq === 3 ? rehashed({ ...row, actor_id: "somebody else" }) : row));
    expect(verify(rows, { head })).toEqual({ seq: 4, problem: "changed" });
  });

  test("a removed row is named", () => {
    const rows = whole.filter(({ seq }) => seq !== 4);
    expect(verify(rows, { head })).toEqual({ seq: 4, problem: "missing" });
  });

  test("two rows that changed places are named", () => {
    const rows = [...whole.slice(0, 2), { ...at(whole, 4), seq: 3 }, { ...at(whole, 3), seq: 4 }, ...whole.slice(4)];
    expect(verify(rows, { head })).toEqual({ seq: 3, problem: "changed" });
  });

  test("an inserted row is named", () => {
    const inserted = rehashed({ ...at(whole, 3), id: "inserted", prev_hash: at(whole, 2).hash });
    const rows = [...whole.slice(0, 2), inserted, ...whole.slice(2).map((row) => ({ ...row, seq: row.seq + 1 }))];
    expect(verify(rows, { head })).toEqual({ seq: 4, problem: "changed" });
  });

  test("a cut tail shows by the head", () => {
    expect(verify(whole.slice(0, 4), { head })).toEqual({ seq: 5, problem: "missing" });
  });

  test("an emptied log shows by the head", () => {
    expect(verify([], { head })).toEqual({ seq: 1, problem: "missing" });
  });

  test("a cut tail with its head shows by the checkpoint that is kept elsewhere", () => {
    expect(verify(whole.slice(0, 4), { kept: checkpointAt(at(whole, 5)) })).toEqual({ seq: 5, problem: "missing" });
  });

  test("a chain that was made anew from its first row shows by a checkpoint", () => {
    const other = chainOf(6).map((row) => ({ ...row, actor_id: "somebody else" }));
    const made: HashedRow[] = [];
    for (const row of other) made.push(rehashed({ ...row, prev_hash: made.at(-1)?.hash ?? GENESIS }));
    expect(verify(made)).toBeUndefined();
    expect(verify(made, { kept: checkpointAt(at(whole, 5)) })).toEqual({ seq: 5, problem: "not_as_signed" });
    expect(verify(made, { checkpoints: [checkpointAt(at(whole, 2))] })).toEqual({ seq: 2, problem: "not_as_signed" });
  });

  test("a checkpoint of another key is none", () => {
    const { chain, seq, hash } = at(whole, 2);
    const forger = new AuditSigner(new Keyring("cd".repeat(32)));
    const forged = forger.checkpoint({ chain, seq, hash, created_at: "2026-11-23T11:00:00.000Z" });
    expect(verify(whole, { checkpoints: [forged] })).toEqual({ seq: 2, problem: "badly_signed" });
  });

  test("any single change of any field shows", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 5 }),
        fc.constantFrom("action", "resource_id", "ip_address", "created_at", "prev_hash"),
        (index, field) => {
          const rows = whole.map((row, n) => (n === index ? { ...row, [field]: "forged" } : row));
          expect(verify(rows, { head })).toMatchObject({ seq: index + 1 });
        },
      ),
    );
  });
});

describe("rows that retention removed", () => {
  const whole = chainOf(8);
  const without = (gone: ErasedRow[]) => whole.map((row) => gone.find(({ seq }) => seq === row.seq) ?? row);
  const gone = erase([at(whole, 2), at(whole, 3), at(whole, 6)]);

  test("whatever retention removes, the rest still holds", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), fc.nat({ max: 7 }), (seqs, cut) => {
        const sorted = seqs.sort((a, b) => a - b).map((seq) => at(whole, seq));
        // In one run or in two: places of one run lie between those of the other.
        const even = sorted.filter((_, index) => index % 2 === 0);
        const odd = sorted.filter((_, index) => index % 2 === 1);
        const runs = cut < 4 || odd.length === 0 ? [sorted] : [even, odd];
        const kept = checkpointAt(at(whole, cut + 1));
        expect(verify(without(runs.flatMap(erase)), { kept })).toBeUndefined();
      }),
    );
  });

  test("T6.1 one that no statement covers is named", () => {
    const [first] = gone;
    const forged = { ...at(whole, 4), tombstone: first?.tombstone } as ErasedRow;
    const entries = [...without(gone).slice(0, 3), forged, ...without(gone).slice(4)];
    expect(verify(entries)).toEqual({ seq: 2, problem: "erased_without_proof" });
    const beyond = { ...at(whole, 7), tombstone: first?.tombstone } as ErasedRow;
    expect(verify([...without(gone).slice(0, 6), beyond, at(whole, 8)])).toEqual({
      seq: 7,
      problem: "erased_without_proof",
    });
  });

  test("T6.1 a statement that was changed, or is another chain's, covers nothing", () => {
    for (const change of [{ rows: 4 }, { last_seq: 7 }, { signature: "" }, { chain: "other" }]) {
      const entries = without(gone.map((entry) => ({ ...entry, tombstone: { ...entry.tombstone, ...change } })));
      expect(verify(entries)).toEqual({ seq: 2, problem: "erased_without_proof" });
    }
  });

  test("T6.1 another hash in an erased place shows", () => {
    const entries = without(gone.map((entry) => (entry.seq === 6 ? { ...entry, hash: "f".repeat(64) } : entry)));
    expect(verify(entries)).toMatchObject({ problem: "erased_without_proof" });
  });

  test("an erased row that is back again shows", () => {
    expect(verify(without(gone.slice(0, 2)))).toEqual({ seq: 2, problem: "erased_without_proof" });
  });
});

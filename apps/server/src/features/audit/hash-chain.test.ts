import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChainedRow, ChainVerifier, canonicalJson, GENESIS, hashRow } from "./hash-chain.ts";

type Row = ChainedRow & { hash: string };

function chainOf(length: number): Row[] {
  const rows: Row[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const row: ChainedRow = {
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

const head = (rows: Row[]) => ({ seq: rows.at(-1)?.seq ?? 0, hash: rows.at(-1)?.hash ?? GENESIS });

function verify(rows: Row[], end = head(rows)) {
  const verifier = new ChainVerifier();
  for (const row of rows) {
    const fault = verifier.next(row);
    if (fault) return fault;
  }
  return verifier.end(end);
}

describe("T6.1 a chain that somebody touched", () => {
  const whole = chainOf(6);

  test("an untouched one holds", () => {
    expect(verify(whole)).toBeUndefined();
  });

  test("a changed row is named", () => {
    const rows = whole.map((row) => (row.seq === 3 ? { ...row, actor_id: "somebody else" } : row));
    expect(verify(rows, head(whole))).toEqual({ seq: 3, problem: "changed" });
  });

  test("a changed row whose own hash was made right again shows in the next", () => {
    const rows = whole.map((row) => {
      if (row.seq !== 3) return row;
      const { hash: _, ...forged } = { ...row, actor_id: "somebody else" };
      return { ...forged, hash: hashRow(forged) };
    });
    expect(verify(rows, head(whole))).toEqual({ seq: 4, problem: "changed" });
  });

  test("a removed row is named", () => {
    expect(
      verify(
        whole.filter(({ seq }) => seq !== 4),
        head(whole),
      ),
    ).toEqual({ seq: 4, problem: "missing" });
  });

  test("a cut tail shows by the head", () => {
    expect(verify(whole.slice(0, 4), head(whole))).toEqual({ seq: 5, problem: "missing" });
  });

  test("an emptied log shows by the head", () => {
    expect(verify([], head(whole))).toEqual({ seq: 1, problem: "missing" });
  });

  test("any single change of any field shows", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 5 }),
        fc.constantFrom("action", "resource_id", "ip_address", "created_at", "prev_hash"),
        (at, field) => {
          const rows = whole.map((row, index) => (index === at ? { ...row, [field]: "forged" } : row));
          expect(verify(rows, head(whole))).toMatchObject({ seq: at + 1 });
        },
      ),
    );
  });
});

test("canonical JSON does not depend on the order of members, and tells different values apart", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const stored: unknown = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(canonicalJson(stored))).toEqual(stored);
    }),
  );
  expect(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}');
});

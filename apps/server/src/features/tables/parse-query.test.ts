import { AppError, DB_ROWS } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTableQuery } from "./parse-query.ts";

const COLUMNS = ["id", "org_id", "name", "status", "ephemeral", "created_at"];
const parse = (raw: Record<string, string | string[]>) => parseTableQuery(raw, COLUMNS);

describe("the grammar of the documents", () => {
  test("RS-054 AK-022 X-11 a bare value and eq. mean the same", () => {
    const bare = parse({ org_id: "o", name: "a" });
    expect(parse({ org_id: "eq.o", name: "eq.a" })).toEqual(bare);
    expect(bare).toMatchObject({ orgId: "o", filters: [{ column: "name", value: "a" }] });
  });

  test("AK-022 select names columns", () => {
    expect(parse({ org_id: "o", select: "id,name" }).select).toEqual(["id", "name"]);
  });

  test("order takes column, column.asc, column.desc, and ascending", () => {
    expect(parse({ org_id: "o", order: "name.desc,id" }).order).toEqual([
      { column: "name", descending: true },
      { column: "id", descending: false },
    ]);
    expect(parse({ org_id: "o", order: "name", ascending: "false" }).order).toEqual([
      { column: "name", descending: true },
    ]);
  });

  test("limits are those of the catalogue", () => {
    expect(parse({ org_id: "o" }).limit).toBe(DB_ROWS.default);
    expect(parse({ org_id: "o", limit: String(DB_ROWS.max) }).limit).toBe(DB_ROWS.max);
  });
});

test.each([
  ["H18 org_id twice", { org_id: ["a", "b"] }, "AMBIGUOUS_PARAM"],
  ["T1.1 no org_id", { name: "x" }, "MISSING_FIELDS"],
  ["T1.1 org_id in another spelling", { ORG_ID: "a" }, "UNKNOWN_COLUMN"],
  ["T1.1 or across organisations", { org_id: "a", or: "(org_id.eq.b)" }, "UNKNOWN_COLUMN"],
  ["T1.1 an operator on org_id", { org_id: "in.(a,b)" }, "UNKNOWN_OPERATOR"],
  ["T1.4 select of a subquery", { org_id: "a", select: "id,(select 1)" }, "UNKNOWN_COLUMN"],
  ["T1.4 select of a secret", { org_id: "a", select: "key_hash" }, "UNKNOWN_COLUMN"],
  ["R-26 select with an alias", { org_id: "a", select: "x:name" }, "UNKNOWN_COLUMN"],
  ["T1.5 filter by a secret", { org_id: "a", key_hash: "like.a*" }, "UNKNOWN_COLUMN"],
  ["R-11 order by a secret", { org_id: "a", order: "key_hash.desc" }, "UNKNOWN_COLUMN"],
  ["T1.11 a huge limit", { org_id: "a", limit: "1000000000" }, "INVALID_INPUT"],
  ["T1.11 a negative offset", { org_id: "a", offset: "-1" }, "INVALID_INPUT"],
  ["a sort direction that is none", { org_id: "a", order: "name.sideways" }, "INVALID_INPUT"],
])("%s is refused", (_, raw, code) => {
  expect(() => parse(raw)).toThrow(expect.objectContaining({ code }));
});

test("whatever a stranger sends is either refused by the catalogue or names only known columns", () => {
  const anyQuery = fc.dictionary(
    fc.oneof(fc.constantFrom(...COLUMNS, "select", "order", "limit", "offset"), fc.string()),
    fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 2, maxLength: 3 })),
  );
  fc.assert(
    fc.property(anyQuery, (raw) => {
      try {
        const query = parse(raw);
        const named = [...query.select, ...query.filters.map((f) => f.column), ...query.order.map((o) => o.column)];
        for (const column of named) expect(COLUMNS).toContain(column);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});

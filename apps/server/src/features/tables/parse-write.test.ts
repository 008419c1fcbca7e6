import { AppError } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findTable } from "./bound-tables.ts";
import { parseDelete, parseNewRow, parseUpdate, readValues } from "./parse-write.ts";

const rules = findTable("acl_rules");
const machines = findTable("machines");
const RULE = { action: "deny", source: "Win-A", destination: "Win-B" };

describe("which organisation", () => {
  test.each([
    ["the body", {}, { org_id: "a" }],
    ["the query", { org_id: "eq.a" }, {}],
    ["both, the same", { org_id: "a" }, { org_id: "a" }],
  ])("is in %s", (_, query, body) => {
    expect(parseNewRow(query, { ...body, name: "n" })).toEqual({ orgId: "a", values: { name: "n" } });
  });

  test.each([
    ["T1.1 body against query", () => parseNewRow({ org_id: "a" }, { org_id: "b" }), "AMBIGUOUS_PARAM"],
    ["H18 twice in the query", () => parseUpdate(rules, { org_id: ["a", "a"], id: "x" }, {}), "AMBIGUOUS_PARAM"],
    [
      "T1.1 _filters against query",
      () => parseDelete(rules, { org_id: "a", id: "x" }, { _filters: { org_id: "b" } }),
      "AMBIGUOUS_PARAM",
    ],
    ["T1.1 in another spelling", () => parseUpdate(rules, { ORG_ID: "a", id: "x" }, {}), "UNKNOWN_COLUMN"],
    ["T1.1 as a list", () => parseNewRow({}, { org_id: ["a", "b"] }), "INVALID_INPUT"],
    ["T1.1 as an object", () => parseNewRow({}, { org_id: { eq: "a" } }), "INVALID_INPUT"],
    ["T1.1 by an operator", () => parseUpdate(rules, { org_id: "neq.a", id: "x" }, {}), "UNKNOWN_OPERATOR"],
    ["X-12 missing in a new row", () => parseNewRow({}, { name: "n" }), "MISSING_FIELDS"],
    ["X-12 null in a new row", () => parseNewRow({}, { org_id: null }), "MISSING_FIELDS"],
    ["missing in a change", () => parseUpdate(rules, { id: "x" }, { name: "n" }), "MISSING_FIELDS"],
    [
      "missing in a deletion by something else than an id",
      () => parseDelete(rules, { name: "n" }, {}),
      "MISSING_FIELDS",
    ],
    ["is.null", () => parseUpdate(rules, { org_id: "is.null", id: "x" }, {}), "MISSING_FIELDS"],
    ["a filter on a new row", () => parseNewRow({ org_id: "a", id: "x" }, {}), "INVALID_INPUT"],
  ])("%s is refused", (_, parse, code) => expect(parse).toThrow(expect.objectContaining({ code })));
});

describe("which rows", () => {
  test("filters are in the query, in _filters as an object, or as a list", () => {
    const wanted = { orgId: "a", filters: [{ column: "name", value: "n" }] };
    expect(parseDelete(rules, { org_id: "eq.a", name: "eq.n" }, {})).toEqual(wanted);
    expect(parseDelete(rules, {}, { _filters: { org_id: "a", name: "n" } })).toEqual(wanted);
    expect(parseDelete(rules, { org_id: "a" }, { _filters: [{ column: "name", op: "eq", value: "n" }] })).toEqual(
      wanted,
    );
  });

  test("values of JSON are what they would be in a query", () => {
    const { filters } = parseDelete(rules, { org_id: "a" }, { _filters: { priority: 1, enabled: true, name: null } });
    expect(filters).toEqual([
      { column: "priority", value: "1" },
      { column: "enabled", value: "true" },
      { column: "name", value: null },
    ]);
  });

  test("RD-064 RD-135 X-12 a body with an id alone is one row, wherever it is", () => {
    expect(parseDelete(rules, {}, { id: "x" })).toEqual({ orgId: undefined, filters: [{ column: "id", value: "x" }] });
    expect(parseDelete(rules, { id: "eq.x" }, {})).toEqual({
      orgId: undefined,
      filters: [{ column: "id", value: "x" }],
    });
  });

  test.each([
    ["T1.7 nothing", {}, {}, "UNSAFE_WRITE"],
    ["T1.7 the organisation alone", { org_id: "a" }, {}, "UNSAFE_WRITE"],
    ["T1.7 an empty _filters", { org_id: "a" }, { _filters: {} }, "UNSAFE_WRITE"],
    ["T1.7 id=neq.0", { org_id: "a", id: "neq.0" }, {}, "UNKNOWN_OPERATOR"],
    [
      "a list with another operator",
      { org_id: "a" },
      { _filters: [{ column: "id", op: "neq", value: "0" }] },
      "UNKNOWN_OPERATOR",
    ],
    ["T1.5 a secret", { org_id: "a", key_hash: "x" }, {}, "UNKNOWN_COLUMN"],
    ["T1.3 __proto__", { org_id: "a" }, JSON.parse('{"_filters":{"__proto__":"x"}}'), "UNKNOWN_COLUMN"],
    ["a column twice", { org_id: "a", name: "n" }, { _filters: { name: "m" } }, "AMBIGUOUS_PARAM"],
    ["the id twice", { org_id: "a", id: "x" }, { id: "y" }, "AMBIGUOUS_PARAM"],
    ["an object as a value", { org_id: "a" }, { _filters: { name: { like: "%" } } }, "INVALID_INPUT"],
    ["a list as an id", {}, { id: ["x", "y"] }, "INVALID_INPUT"],
    ["_filters as text", { org_id: "a" }, { _filters: "id=1" }, "INVALID_INPUT"],
    ["_filters as a list of texts", { org_id: "a" }, { _filters: ["id"] }, "INVALID_INPUT"],
    ["columns in the body of a deletion", { org_id: "a", id: "x" }, { name: "n" }, "INVALID_INPUT"],
  ])("%s is refused", (_, query: Record<string, string>, body, code) => {
    expect(() => parseDelete(rules, query, body)).toThrow(expect.objectContaining({ code }));
  });
});

describe("which values", () => {
  test("RD-058 RD-137 RD-138 a rule of the documents is complete", () => {
    const given = { ...RULE, protocol: "*", priority: 1, description: "ACL test — deny Win-A to Win-B" };
    expect(readValues(rules, "insert", given)).toEqual({ ...given, enabled: true });
    expect(readValues(rules, "insert", RULE)).toEqual({ ...RULE, protocol: "*", priority: 100, enabled: true });
  });

  test("a change has what is given and no defaults", () => {
    expect(readValues(rules, "update", { priority: 5 })).toEqual({ priority: 5 });
  });

  test.each(["id", "org_id", "created_at", "updated_at", "created_by", "__proto__", "constructor", "toString"])(
    "T1.3 %s is not writable, neither in a new rule nor in a change",
    (column) => {
      const values = JSON.parse(`{"${column}":{"x":1}}`) as Record<string, unknown>;
      for (const kind of ["insert", "update"] as const) {
        expect(() => readValues(rules, kind, { ...RULE, ...values, ...Object.fromEntries([[column, 1]]) })).toThrow(
          expect.objectContaining({ code: "COLUMN_NOT_WRITABLE" }),
        );
      }
    },
  );

  test("T1.3 what a parser makes of __proto__ is seen, and changes no prototype", () => {
    const values = JSON.parse('{"action":"deny","__proto__":{"source":"*"}}') as Record<string, unknown>;
    expect(() => readValues(rules, "update", values)).toThrow(expect.objectContaining({ code: "COLUMN_NOT_WRITABLE" }));
    expect(({} as { source?: unknown }).source).toBeUndefined();
  });

  test.each(Object.keys(machines.columns))("T1.3 machines.%s is not writable", (column) => {
    expect(() => readValues(machines, "update", { [column]: "x" })).toThrow(
      expect.objectContaining({ code: "COLUMN_NOT_WRITABLE" }),
    );
  });

  test.each([
    ["T1.3 a secret, as one that does not exist", { ...RULE, key_hash: "x" }, "UNKNOWN_COLUMN"],
    ["a column of nothing", { ...RULE, ports: "*" }, "UNKNOWN_COLUMN"],
    ["no action", { source: "*", destination: "*" }, "MISSING_FIELDS"],
    ["an action that is none", { ...RULE, action: "maybe" }, "INVALID_INPUT"],
    ["a subnet that is none", { ...RULE, source: "10.0.0.0/33" }, "INVALID_INPUT"],
    ["a tag that is none", { ...RULE, destination: "tag:-" }, "INVALID_INPUT"],
    ["NUL in a description", { ...RULE, description: "a\0b" }, "INVALID_INPUT"],
    ["NUL in a protocol", { ...RULE, protocol: "\0" }, "INVALID_INPUT"],
    ["a priority that is no whole number", { ...RULE, priority: 1.5 }, "INVALID_INPUT"],
  ])("%s is refused", (_, values, code) => {
    expect(() => readValues(rules, "insert", values)).toThrow(expect.objectContaining({ code }));
  });

  test("a table that is not written names the call that does it", () => {
    expect(() => readValues(machines, "insert", {})).toThrow(
      "machines is not written here: use POST /api/machine-admin",
    );
    expect(() => readValues(findTable("audit_logs"), "update", {})).toThrow(
      "audit_logs is written by the server alone",
    );
  });

  test("a change of nothing is refused", () => {
    expect(() => readValues(rules, "update", {})).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

test("whatever a stranger writes is refused by the catalogue, or writes only what the registry says", () => {
  const anyBody = fc.dictionary(
    fc.oneof(fc.constantFrom(...Object.keys(rules.columns), "_filters", "__proto__"), fc.string()),
    fc.oneof(fc.jsonValue(), fc.constantFrom("a", "eq.a", "*", "deny")),
  );
  const anyQuery = fc.dictionary(fc.constantFrom("org_id", "id", "name", "limit"), fc.string());
  fc.assert(
    fc.property(fc.constantFrom(rules, machines), anyQuery, anyBody, (table, query, body) => {
      try {
        const { filters, values } = parseUpdate(table, query, body);
        for (const { column } of filters) expect(Object.keys(table.columns)).toContain(column);
        const written = Object.keys(readValues(table, "update", values));
        for (const column of written) expect(Object.keys(table.policy.write?.update.shape ?? {})).toContain(column);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});

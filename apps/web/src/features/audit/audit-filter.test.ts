import { expect, test } from "vitest";
import {
  changeFilter,
  describeFilter,
  filterInput,
  fromLocalInput,
  readAuditSearch,
  toLocalInput,
} from "./audit-filter.ts";

const NOW = Date.parse("2026-11-27T12:00:00.000Z");

test("an address is read for what it says, and what makes no sense is left out", () => {
  expect(
    readAuditSearch({ text: "a", event: "session", class: "denied", type: "machine", id: 7, actor: "a@b.c" }),
  ).toEqual({ text: "a", event: "session", class: "denied", type: "machine", id: "7", actor: "a@b.c" });
  expect(
    readAuditSearch({ text: " ", event: "x".repeat(129), class: "__proto__", last: "toString", since: "soon" }),
  ).toEqual({});
  expect(readAuditSearch({ entry: 12 })).toEqual({ entry: 12 });
  for (const entry of [0, -1, 1.5, "12", Number.NaN]) expect(readAuditSearch({ entry })).toEqual({});
});

test("a span up to now and a beginning and an end exclude each other", () => {
  const [since, until] = ["2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000Z"];
  expect(readAuditSearch({ since, until })).toEqual({ since, until });
  expect(readAuditSearch({ last: "1h", since, until })).toEqual({ last: "1h" });
});

test("a filter becomes what the API takes", () => {
  expect(filterInput({}, NOW)).toEqual({});
  expect(filterInput({ type: "machine", id: "7", class: "admin", last: "1d" }, NOW)).toEqual({
    resource_type: "machine",
    resource_id: "7",
    class: "admin",
    since: "2026-11-26T12:00:00.000Z",
  });
});

test("every part of a filter is told in words, and can be taken away alone", () => {
  const filter = readAuditSearch({
    text: "t",
    event: "e",
    class: "denied",
    type: "auth_key",
    id: "i",
    actor: "a",
    last: "7d",
  });
  const parts = describeFilter(filter);
  expect(parts.map(({ name, words }) => `${name}: ${words}`)).toEqual([
    "Text: t",
    "Action: e",
    "Class: Refusals",
    "Resource: auth key",
    "Resource ID: i",
    "Person: a",
    "Time: last 7 days",
  ]);
  for (const { without } of parts) {
    expect(describeFilter(changeFilter(filter, without))).toHaveLength(parts.length - 1);
  }
  expect(parts.reduce((left, { without }) => changeFilter(left, without), filter)).toEqual({});
});

test("a local time goes to the minute into an input and back", () => {
  const instant = "2026-11-27T02:19:00.000Z";
  expect(toLocalInput(instant)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
  expect(fromLocalInput(toLocalInput(instant))).toBe(instant);
  expect([toLocalInput(undefined), fromLocalInput(""), fromLocalInput("2026-13-01T00:00")]).toEqual([
    "",
    undefined,
    undefined,
  ]);
});

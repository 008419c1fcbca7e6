import { expect, test } from "vitest";
import { LOCATIONS_MAX, problemsOf, questionFrom, questionWords, requestFrom, searchFrom } from "./question.ts";

const asked = (search: Parameters<typeof questionFrom>[0]) => questionFrom({ target: "db-1", ...search });

test("a question is in the address and comes back from it, without what is not its tool's", () => {
  for (const search of [
    { tool: "ping", target: "db-1", at: "control-plane hub:1", count: 7 },
    { tool: "nslookup", target: "db-1", at: "hub:1" },
    { tool: "traceroute", target: "db-1", at: "control-plane", hops: 5 },
    { tool: "nc", target: "db-1", at: "control-plane", port: 5432 },
    { tool: "nmap", target: "db-1", at: "control-plane", ports: "22,80-90" },
  ] as const) {
    expect(searchFrom(questionFrom(search))).toEqual(search);
  }
  expect(searchFrom(questionFrom({ tool: "nslookup", target: "db-1", port: 22, count: 3 }))).toEqual({
    tool: "nslookup",
    target: "db-1",
    at: "control-plane",
  });
});

test("an address that says nothing asks nothing yet, of the control plane", () => {
  expect(questionFrom({})).toMatchObject({ tool: "ping", target: "", locations: ["control-plane"], count: "4" });
  expect(problemsOf(questionFrom({}))).toEqual({ target: "Enter a host name or an address" });
  expect(questionFrom({ at: "hub:1  hub:1 hub:2" }).locations).toEqual(["hub:1", "hub:2"]);
});

test("the server is asked for what its tool takes, and nothing else", () => {
  expect(requestFrom(asked({ tool: "ping", count: 2 }))).toEqual({ tool: "ping", target: "db-1", count: 2 });
  expect(requestFrom(asked({ tool: "traceroute" }))).toEqual({ tool: "traceroute", target: "db-1", max_hops: 20 });
  expect(requestFrom(asked({ tool: "nc", port: 22 }))).toEqual({ tool: "nc", target: "db-1", port: 22 });
  expect(requestFrom(asked({ tool: "nmap", ports: "22, 80" }))).toEqual({
    tool: "nmap",
    target: "db-1",
    ports: "22,80",
  });
});

test.each([
  [{ tool: "ping", count: 21 }, { count: "A number from 1 to 20" }],
  [{ tool: "nc", count: 21 }, {}],
  [{ tool: "nc", port: 70_000 }, { port: "A number from 1 to 65535" }],
  [{ tool: "traceroute", hops: 99 }, { hops: "A number from 1 to 20" }],
  [{ tool: "nmap", ports: "22,a" }, { ports: "Numbers and ranges, such as 22,80,8000-8010" }],
  [{ tool: "nmap", ports: "90-80" }, { ports: "From 1 to 65535, each range from low to high" }],
  [{ tool: "nmap", ports: "1-1025" }, { ports: "At most 1024 ports, not 1025" }],
  [{ tool: "nmap", ports: "1-1024" }, {}],
] as const)("the limits of the server are said before it is asked: %j", (search, problems) => {
  expect(problemsOf(asked(search))).toEqual(problems);
});

test("no more places are asked at once than are of use", () => {
  const locations = Array.from({ length: LOCATIONS_MAX + 1 }, (_, index) => `hub:${index}`);
  expect(problemsOf({ ...asked({}), locations })).toEqual({ locations: "At most 20 places at once" });
  expect(problemsOf({ ...asked({}), locations: [] })).toEqual({ locations: "Choose a place to run it from" });
});

test("a question in words", () => {
  expect(questionWords(asked({ tool: "nc", port: 22 }))).toBe("nc db-1 22");
  expect(questionWords(asked({ tool: "ping" }))).toBe("ping db-1");
});

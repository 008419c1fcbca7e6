import type { AuditRow } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { questionOf, recordedRun } from "./recorded-run.ts";

const row = (metadata: Record<string, unknown>): AuditRow & { actor_email: string | null } => ({
  id: "00000000-0000-4000-8000-000000000001",
  seq: 1,
  action: "troubleshoot.run",
  resource_type: "machine",
  resource_id: null,
  actor_id: null,
  actor_email: "ada@example.com",
  metadata,
  ip_address: null,
  created_at: "2026-01-01T00:00:00.000Z",
  prev_hash: "",
  hash: "",
});
const FACTS = { target: "db-1", location: "hub:1", status: "success", duration_ms: 12 };

test.each([
  ["ping", ["ping", "-c", "7", "--", "192.0.2.1"], { count: 7 }],
  ["traceroute", ["traceroute", "-m", "5", "--", "192.0.2.1"], { hops: 5 }],
  ["nc", ["nc", "-zv", "-w", "5", "--", "192.0.2.1", "5432"], { port: 5432 }],
  ["nmap", ["nmap", "-6", "-sT", "-p", "22,80", "--", "192.0.2.1"], { ports: "22,80" }],
  ["nslookup", ["nslookup", "db-1"], {}],
  ["ping", undefined, {}],
] as const)("the question of a recorded %s can be asked again", (tool, argv, settings) => {
  const run = recordedRun(row({ ...FACTS, tool, argv }));
  expect(run && questionOf(run)).toEqual({ tool, target: "db-1", at: "hub:1", ...settings });
  expect(run?.person).toBe("ada@example.com");
});

test("a row that says something else is no run", () => {
  expect(recordedRun(row({ ...FACTS, tool: "curl" }))).toBeUndefined();
  expect(recordedRun(row({}))).toBeUndefined();
});

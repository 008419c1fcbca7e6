import type { DiagnosticReport } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { COLUMNS, cellsOf, differing, type Finding } from "./finding.ts";

const found = (result: DiagnosticReport["result"], of: Partial<Finding> = {}): Finding => ({
  status: "success",
  error: null,
  result,
  ...of,
});
const ping = (loss: number, avg = 2) =>
  found({
    transmitted: 4,
    received: 4 - loss / 25,
    loss_percent: loss,
    rtt_ms: loss === 100 ? null : { min: 1, avg, max: 30.4, mdev: null },
  });
const lookup = (addresses: string[], failure: string | null = null) =>
  found({ server: "10.0.0.2", addresses, cname: null, names: [], failure });
const keysOf = (findings: Record<string, Finding>) => [...differing(new Map(Object.entries(findings)))];

test.each([
  ["ping", ping(0), ["0 % (4 of 4 came back)", "2.0 ms", "1.0 ms", "30 ms"]],
  ["ping", ping(100), ["100 % (0 of 4 came back)", "–", "–", "–"]],
  ["nslookup", lookup(["192.0.2.1", "2001:db8::1"]), ["192.0.2.1, 2001:db8::1", "–", "10.0.0.2"]],
  ["nslookup", lookup([], "NXDOMAIN"), ["NXDOMAIN", "–", "10.0.0.2"]],
  [
    "traceroute",
    found({
      hops: [
        { hop: 1, host: "gw", address: "10.0.0.1", rtt_ms: [3, 1.25, null] },
        { hop: 2, host: null, address: null, rtt_ms: [null] },
      ],
    }),
    ["2", "10.0.0.1", "1.3 ms"],
  ],
  ["nc", found({ open: false }), ["closed"]],
  ["nmap", found({ host_up: false, ports: [] }), ["host seems down", "–"]],
  [
    "nmap",
    found({
      host_up: true,
      ports: [
        { port: 22, protocol: "tcp", state: "open", service: "ssh" },
        { port: 80, protocol: "tcp", state: "closed", service: "http" },
      ],
    }),
    ["22 ssh", "80 closed"],
  ],
] as const)("what %s found has a cell for each column (%#)", (tool, finding, cells) => {
  expect(cellsOf(finding)).toEqual(cells);
  expect(cells).toHaveLength(COLUMNS[tool].length);
});

test("output that nobody can read has no cells", () => expect(cellsOf(found(null))).toBeUndefined());

test("those that found something else than most are marked; times are not compared", () => {
  expect(keysOf({ a: ping(0, 2), b: ping(0, 200), c: ping(50) })).toEqual(["c"]);
  expect(keysOf({ a: ping(0, 2), b: ping(0, 200) })).toEqual([]);
  expect(keysOf({ a: ping(0) })).toEqual([]);
  expect(keysOf({})).toEqual([]);
});

test("when the places are of two equally common minds, all are marked", () => {
  expect(keysOf({ a: lookup(["192.0.2.1"]), b: lookup(["192.0.2.9"]) })).toEqual(["a", "b"]);
});

test("the order of addresses is no difference, and a run that failed is one", () => {
  expect(keysOf({ a: lookup(["x", "y"]), b: lookup(["y", "x"]) })).toEqual([]);
  expect(keysOf({ a: lookup(["x"]), b: lookup(["x"]), c: found(null, { status: "timeout" }) })).toEqual(["c"]);
});

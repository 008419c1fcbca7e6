import { DIAGNOSTIC_RESULTS, DIAGNOSTIC_TOOLS, type DiagnosticTool } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readResult } from "./read-result.ts";

const read = (tool: DiagnosticTool, output: string, exitCode = 0) => readResult(tool, { output, exitCode });

test("ping of iputils", () => {
  const output = `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.938 ms
64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=0.036 ms

--- 127.0.0.1 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1010ms
rtt min/avg/max/mdev = 0.036/0.487/0.938/0.451 ms
`;
  const result = {
    transmitted: 2,
    received: 2,
    loss_percent: 0,
    rtt_ms: { min: 0.036, avg: 0.487, max: 0.938, mdev: 0.451 },
  };
  expect(read("ping", output)).toEqual({ result, isReached: true });
});

test("ping of iputils, with losses, errors, and a pipe", () => {
  const output = `--- 192.0.2.77 ping statistics ---
3 packets transmitted, 2 received, +1 errors, 33.3333% packet loss, time 2026ms
rtt min/avg/max/mdev = 1.1/2.2/3.3/0.4 ms, pipe 3
`;
  expect(read("ping", output).result).toMatchObject({ transmitted: 3, received: 2, loss_percent: 33.3333 });
  const nothing = "1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n";
  expect(read("ping", nothing, 1)).toEqual({
    result: { transmitted: 1, received: 0, loss_percent: 100, rtt_ms: null },
    isReached: false,
  });
  expect(read("ping", "ping: nosuch.invalid: Name or service not known\n", 2).result).toBeNull();
});

test("ping of BusyBox", () => {
  const output = `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: seq=0 ttl=64 time=0.050 ms

--- 127.0.0.1 ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss
round-trip min/avg/max = 0.050/0.056/0.062 ms
`;
  expect(read("ping", output).result).toEqual({
    transmitted: 2,
    received: 2,
    loss_percent: 0,
    rtt_ms: { min: 0.05, avg: 0.056, max: 0.062, mdev: null },
  });
});

test.each([
  [
    "BIND",
    `Server:		127.0.0.53
Address:	127.0.0.53#53

Non-authoritative answer:
www.example.test	canonical name = alias.example.test.
alias.example.test	canonical name = example.test.
Name:	example.test
Address: 93.184.216.34
Name:	example.test
Address: 93.184.216.35
Name:	example.test
Address: 2001:db8::1

`,
  ],
  [
    "BusyBox",
    `Server:		127.0.0.53
Address:	127.0.0.53:53

Non-authoritative answer:
www.example.test	canonical name = alias.example.test
alias.example.test	canonical name = example.test
Name:	example.test
Address: 93.184.216.34
Name:	example.test
Address: 93.184.216.35

Non-authoritative answer:
www.example.test	canonical name = alias.example.test
alias.example.test	canonical name = example.test
Name:	example.test
Address: 2001:db8::1

`,
  ],
])("nslookup of %s, a name with aliases", (_, output) => {
  expect(read("nslookup", output)).toEqual({
    result: {
      server: "127.0.0.53",
      addresses: ["93.184.216.34", "93.184.216.35", "2001:db8::1"],
      cname: "example.test",
      names: [],
      failure: null,
    },
    isReached: true,
  });
});

test("nslookup of an address", () => {
  const output = `34.216.184.93.in-addr.arpa	name = example.test.
34.216.184.93.in-addr.arpa	name = other.example.test.

Authoritative answers can be found from:

`;
  expect(read("nslookup", output)).toEqual({
    result: { server: null, addresses: [], cname: null, names: ["example.test", "other.example.test"], failure: null },
    isReached: true,
  });
});

test.each([
  ["NXDOMAIN", "Server:\t\t127.0.0.53\nAddress:\t127.0.0.53#53\n\n** server can't find a.test: NXDOMAIN\n\n", 1],
  ["SERVFAIL", ";; Got SERVFAIL reply from 127.0.0.53\n** server can't find a.test: SERVFAIL\n\n", 1],
  ["No answer", "Non-authoritative answer:\n*** Can't find empty.test: No answer\n\n", 0],
  [
    "no servers could be reached",
    ";; communications error to 127.0.0.54#53: refused\n;; no servers could be reached\n",
    1,
  ],
])("nslookup that finds nothing says why: %s", (failure, output, exitCode) => {
  expect(read("nslookup", output, exitCode)).toMatchObject({
    result: { addresses: [], names: [], failure },
    isReached: false,
  });
});

test("traceroute, with stars, several routers for a hop, and marks", () => {
  const output = `traceroute to 8.8.8.8 (8.8.8.8), 20 hops max, 60 byte packets
 1  _gateway (10.0.0.1)  0.356 ms  0.261 ms  0.241 ms
 2  * * *
 3  a.example.net (192.0.2.1)  5.100 ms b.example.net (192.0.2.2)  5.200 ms *
 4  192.0.2.9 (192.0.2.9)  3062.826 ms !H  3062.755 ms !H  3062.744 ms !H
10  dns.google (8.8.8.8)  9.000 ms  9.100 ms  9.200 ms
`;
  expect(read("traceroute", output).result).toEqual({
    hops: [
      { hop: 1, host: "_gateway", address: "10.0.0.1", rtt_ms: [0.356, 0.261, 0.241] },
      { hop: 2, host: null, address: null, rtt_ms: [null, null, null] },
      { hop: 3, host: "a.example.net", address: "192.0.2.1", rtt_ms: [5.1, 5.2, null] },
      { hop: 4, host: "192.0.2.9", address: "192.0.2.9", rtt_ms: [3062.826, 3062.755, 3062.744] },
      { hop: 10, host: "dns.google", address: "8.8.8.8", rtt_ms: [9, 9.1, 9.2] },
    ],
  });
});

test("traceroute of a hop whose first probe was lost, and over IPv6", () => {
  const output = ` 1  * 10.0.0.1 (10.0.0.1)  0.029 ms  0.006 ms
 2  ::1 (::1)  0.040 ms  0.007 ms  0.005 ms
`;
  expect(read("traceroute", output).result).toEqual({
    hops: [
      { hop: 1, host: "10.0.0.1", address: "10.0.0.1", rtt_ms: [null, 0.029, 0.006] },
      { hop: 2, host: "::1", address: "::1", rtt_ms: [0.04, 0.007, 0.005] },
    ],
  });
  const unknown =
    'nosuch.invalid: Name or service not known\nCannot handle "host" cmdline arg `nosuch.invalid\' on position 1\n';
  expect(read("traceroute", unknown, 2)).toEqual({ result: null, isReached: false });
});

test.each([
  ["OpenBSD", "Connection to 127.0.0.1 8123 port [tcp/*] succeeded!\n", 0, { open: true }],
  ["ncat", "Ncat: Version 7.93\nNcat: Connected to 127.0.0.1:8123.\nNcat: 0 bytes sent\n", 0, { open: true }],
  ["OpenBSD", "nc: connect to 127.0.0.1 port 8124 (tcp) failed: Connection refused\n", 1, { open: false }],
  ["OpenBSD", "nc: connect to 192.0.2.77 port 22 (tcp) timed out: Operation now in progress\n", 1, { open: false }],
  ["ncat", "Ncat: Connection refused.\n", 1, { open: false }],
  ["OpenBSD", 'nc: getaddrinfo for host "nosuch.invalid" port 22: Name or service not known\n', 1, null],
])("nc of %s: %s", (_, output, exitCode, result) => {
  expect(read("nc", output, exitCode)).toEqual({ result, isReached: result?.open ?? false });
});

test("nmap: ports with their state and service", () => {
  const output = `Starting Nmap 7.93 ( https://nmap.org ) at 2026-11-26 15:00 UTC
Nmap scan report for localhost (127.0.0.1)
Host is up (0.00065s latency).

PORT     STATE    SERVICE
22/tcp   closed   ssh
8123/tcp open     polipo
8124/tcp filtered unknown

Nmap done: 1 IP address (1 host up) scanned in 0.33 seconds
`;
  expect(read("nmap", output)).toEqual({
    result: {
      host_up: true,
      ports: [
        { port: 22, protocol: "tcp", state: "closed", service: "ssh" },
        { port: 8123, protocol: "tcp", state: "open", service: "polipo" },
        { port: 8124, protocol: "tcp", state: "filtered", service: "unknown" },
      ],
    },
    isReached: true,
  });
});

test.each([
  ["a host that is down", "Note: Host seems down.\nNmap done: 1 IP address (0 hosts up) scanned in 1.58 seconds\n"],
  ["no host", 'Failed to resolve "nosuch.invalid".\nNmap done: 0 IP addresses (0 hosts up) scanned in 0.06 seconds\n'],
])("nmap of %s ends with 0, and is no success", (_, output) => {
  expect(read("nmap", output)).toEqual({ result: { host_up: false, ports: [] }, isReached: false });
});

test.each([
  ["traceroute", " 1  .. ms", { hops: [{ hop: 1, host: null, address: null, rtt_ms: [] }] }],
  ["traceroute", ` 1  ${"9".repeat(400)} ms`, { hops: [{ hop: 1, host: null, address: null, rtt_ms: [] }] }],
  ["traceroute", `${"9".repeat(400)}  0.1 ms`, null],
  [
    "ping",
    "1 packets transmitted, 1 received, .% packet loss\nmin/avg/max = ././. ms",
    { rtt_ms: null, loss_percent: 0 },
  ],
  ["ping", `${"9".repeat(400)} packets transmitted, 1 received`, null],
  ["nmap", `${"9".repeat(400)}/tcp open ssh`, null],
] as const)("%s: what only looks like a number is none: %.40s", (tool, output, result) => {
  const found = read(tool, output).result;
  if (result === null) expect(found).toBeNull();
  else expect(found).toMatchObject(result);
});

test("whatever a tool writes, what is read from it is as the contract says, or nothing", () => {
  const words = fc.constantFrom(
    " 1  ",
    "* ",
    "(::1)",
    " ms",
    "0.1",
    "..",
    "Name:\t",
    "\nAddress: ",
    "min/avg/max = ",
    "/",
    "22/tcp ",
    " open ssh",
    " packets transmitted, ",
    " received",
    "% packet loss",
    "\n",
    "name = ",
    "hosts up) scanned",
    "1e9",
    "9".repeat(400),
    "-",
  );
  const output = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 40 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(fc.constantFrom(...(Object.keys(DIAGNOSTIC_TOOLS) as DiagnosticTool[])), output, (tool, text) => {
      const { result } = read(tool, text);
      if (result !== null) expect(DIAGNOSTIC_RESULTS[tool].parse(result)).toEqual(result);
    }),
    { numRuns: 3_000 },
  );
});

import { AppError } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { requireCandidate, requireDescription } from "./ice-candidate.ts";

const line = (address: string, rest = "typ host") => `candidate:842163049 1 udp 1677729535 ${address} 46154 ${rest}`;

test.each([
  ["a private address", line("192.168.1.10")],
  [
    "a public one behind NAT",
    line("203.0.113.7", "typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag a1 network-cost 999"),
  ],
  ["a relay", line("198.51.100.2", "typ relay raddr 203.0.113.7 rport 5")],
  ["a hidden one of a browser", line("1b2c3d4e-1111-4222-8333-944445555666.local")],
  ["TCP", "candidate:1 1 TCP 1 10.0.0.1 9 typ host tcptype active"],
  ["IPv6", line("2001:db8::1")],
  ["as a line of a description", `a=${line("10.0.0.1")}`],
  ["this very machine", line("127.0.0.1")],
  ["a tailnet address", line("100.64.0.3")],
  ["the end of candidates", ""],
])("%s is taken", (_name, candidate) => {
  expect(() => requireCandidate(candidate)).not.toThrow();
});

test.each([
  ["the metadata service", line("169.254.169.254")],
  ["the same, mapped to IPv6", line("::ffff:169.254.169.254")],
  ["the metadata service of another cloud", line("fd00:ec2::254")],
  ["the same, behind a translator", line("64:ff9b::a9fe:a9fe")],
  ["a service of this very machine", "candidate:1 1 tcp 1 127.0.0.1 22 typ host"],
  ["everywhere", line("255.255.255.255")],
  ["a group", line("224.0.0.251")],
  ["nowhere", line("0.0.0.0")],
  ["a host name", line("metadata.google.internal")],
  ["a number that some programs take for an address", line("2852039166")],
  ["a port that is none", line("10.0.0.1").replace("46154", "70000")],
  ["a second line", `${line("10.0.0.1")}\r\na=${line("10.0.0.2")}`],
  ["anything else", "hello"],
])("T9.4 %s is refused", (_name, candidate) => {
  expect(() => requireCandidate(candidate)).toThrow(AppError);
});

test("T9.4 candidates inside a description are looked at, too", () => {
  expect(() => requireDescription(`v=0\r\na=${line("10.0.0.1")}\r\n`)).not.toThrow();
  expect(() => requireDescription(`v=0\r\na=${line("169.254.169.254")}\r\n`)).toThrow(AppError);
  expect(() => requireDescription(`v=0\na=${line("169.254.169.254")}\n`)).toThrow(AppError);
  expect(() => requireDescription(`v=0\ra=${line("169.254.169.254")}\r`)).toThrow(AppError);
});

test("whatever comes is taken or refused by the catalogue", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string().map(line)), (text) => {
      try {
        requireCandidate(text);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});

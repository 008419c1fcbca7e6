/** What a tool found out, from what it wrote: as iputils, BusyBox, BIND, OpenBSD's nc, ncat and nmap write it. Pure. */
import type { DiagnosticResult, DiagnosticTool } from "@sallyport/protocol";

type Run = { output: string; exitCode: number | null };

interface Reading<Tool extends DiagnosticTool = DiagnosticTool> {
  result: DiagnosticResult<Tool> | null;
  /** Whether it did what it is for; some tools end with 0 whatever comes of it. */
  isReached: boolean;
}

const READERS: { [Tool in DiagnosticTool]: (run: Run) => Reading<Tool> } = {
  ping: readPing,
  nslookup: readNslookup,
  traceroute: readTraceroute,
  nc: readNc,
  nmap: readNmap,
};

export const readResult = (tool: DiagnosticTool, run: Run): Reading => READERS[tool](run);

/** Numbers as tools write them. What only looks like one, or is larger than any of theirs, is none. */
const COUNT = String.raw`(?<!\d)(\d{1,9})`;
const DECIMAL = String.raw`(?<![\d.])(\d{1,9}(?:\.\d{1,9})?)`;

const SENT = new RegExp(`${COUNT} packets transmitted, ${COUNT} (?:packets )?received`);
const LOSS = new RegExp(`${DECIMAL}% packet loss`);
const ROUND_TRIPS = new RegExp(String.raw`min/avg/max(?:/\w+)? = ${DECIMAL}/${DECIMAL}/${DECIMAL}(?:/${DECIMAL})? ms`);

function readPing({ output }: Run): Reading<"ping"> {
  const [, transmitted, received] = SENT.exec(output) ?? [];
  if (transmitted === undefined || received === undefined) return { result: null, isReached: false };
  const [, min, avg, max, mdev] = ROUND_TRIPS.exec(output) ?? [];
  const result = {
    transmitted: Number(transmitted),
    received: Number(received),
    loss_percent: Number(LOSS.exec(output)?.[1] ?? 0),
    rtt_ms:
      min === undefined
        ? null
        : { min: Number(min), avg: Number(avg), max: Number(max), mdev: mdev === undefined ? null : Number(mdev) },
  };
  return { result, isReached: result.received > 0 };
}

function readNslookup({ output }: Run): Reading<"nslookup"> {
  // The resolver has an address line, too, but no name before it.
  const addresses = all(output, /^Name:\s*\S+\nAddress(?: \d+)?:\s*(\S+)/gm);
  const names = all(output, /^\S+\sname = (\S+?)\.?$/gm);
  const result = {
    server: /^Server:\s*(\S+)/m.exec(output)?.[1] ?? null,
    addresses: [...new Set(addresses)],
    cname: all(output, /\scanonical name = (\S+?)\.?$/gm).at(-1) ?? null,
    names,
    failure:
      /server can't find \S+: (\w+)|(No answer|no servers could be reached)/.exec(output)?.slice(1).find(Boolean) ??
      null,
  };
  return { result, isReached: addresses.length + names.length > 0 };
}

const HOP = new RegExp(`^ {0,2}${COUNT} {2}(.*)$`, "gm");
const ROUTER = /(?:^| )([\w.:-]+) \(([\da-f.:]+)\)/;
/** Each probe: a time, or a star. */
const PROBE = new RegExp(String.raw`${DECIMAL} ms|(?<=^| )\*(?= |$)`, "g");

function readTraceroute({ output }: Run): Reading<"traceroute"> {
  const hops = [...output.matchAll(HOP)].map(([, hop, rest = ""]) => {
    const [, host = null, address = null] = ROUTER.exec(rest) ?? [];
    return {
      hop: Number(hop),
      host,
      address,
      rtt_ms: [...rest.matchAll(PROBE)].map(([, time]) => (time === undefined ? null : Number(time))),
    };
  });
  return { result: hops.length > 0 ? { hops } : null, isReached: hops.length > 0 };
}

const NC_CLOSED = /refused|timed out|timeout|unreachable|no route/i;

function readNc({ output, exitCode }: Run): Reading<"nc"> {
  if (exitCode === 0) return { result: { open: true }, isReached: true };
  return { result: NC_CLOSED.test(output) ? { open: false } : null, isReached: false };
}

const PORT = new RegExp(String.raw`^${COUNT}/(\w+) +(\S+) +(\S+)`, "gm");

function readNmap({ output }: Run): Reading<"nmap"> {
  const scanned = /(\d+) hosts? up\) scanned/.exec(output)?.[1];
  const ports = [...output.matchAll(PORT)].map(([, port, protocol = "", state = "", service = ""]) => ({
    port: Number(port),
    protocol,
    state,
    service,
  }));
  const result =
    scanned === undefined && ports.length === 0 ? null : { host_up: Number(scanned) > 0 || ports.length > 0, ports };
  return { result, isReached: result?.host_up ?? false };
}

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = ""]) => found);

/** What runs found, in words for a table, and where places disagree. Pure. */
import type { DiagnosticReport, DiagnosticTool } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";

/** What of a run is compared. */
export type Finding = Pick<DiagnosticReport, "status" | "result" | "error">;

/** Columns of the comparison, beside the place and how long it took. */
export const COLUMNS: Record<DiagnosticTool, readonly string[]> = {
  ping: [t("Loss"), t("Average"), t("Fastest"), t("Slowest")],
  nslookup: [t("Addresses"), t("Alias of"), t("Resolver")],
  traceroute: [t("Hops"), t("Last answer from"), t("In")],
  nc: [t("Port")],
  nmap: [t("Open ports"), t("Others")],
};

const ms = (value: number): string => t("{{value}} ms", { value: value < 10 ? value.toFixed(1) : Math.round(value) });
const NONE = "–";

/** One cell for each of the tool's columns; undefined when its output says nothing that the server can read. */
export function cellsOf({ result }: Pick<Finding, "result">): readonly string[] | undefined {
  if (!result) return undefined;
  if ("transmitted" in result) {
    const { loss_percent, rtt_ms, received, transmitted } = result;
    const loss = t("{{loss_percent}} % ({{received}} of {{transmitted}} came back)", {
      loss_percent: Math.round(loss_percent),
      received,
      transmitted,
    });
    return [loss, ...(rtt_ms ? [ms(rtt_ms.avg), ms(rtt_ms.min), ms(rtt_ms.max)] : [NONE, NONE, NONE])];
  }
  if ("addresses" in result) {
    const found = [...result.addresses, ...result.names];
    return [found.join(", ") || (result.failure ?? t("no answer")), result.cname ?? NONE, result.server ?? NONE];
  }
  if ("hops" in result) {
    const answered = result.hops.findLast(({ address, host }) => (address ?? host) !== null);
    const rtts = answered?.rtt_ms.filter((rtt) => rtt !== null) ?? [];
    return [
      String(result.hops.length),
      answered?.address ?? answered?.host ?? t("nobody"),
      rtts.length > 0 ? ms(Math.min(...rtts)) : NONE,
    ];
  }
  if ("open" in result) return [result.open ? t("open") : t("closed")];
  if (!result.host_up) return [t("host seems down"), NONE];
  const open = result.ports.filter(({ state }) => state === "open");
  const others = result.ports.filter(({ state }) => state !== "open");
  return [
    open.map(({ port, service }) => (service ? `${port} ${service}` : String(port))).join(", ") || t("none"),
    others.map(({ port, state }) => `${port} ${state}`).join(", ") || NONE,
  ];
}

/**
 * What places are compared by: not times, which always differ, nor routers on the way, which do when the places do.
 */
function essence({ status, result }: Finding): string {
  if (!result) return status;
  if ("transmitted" in result) return `loss ${Math.round(result.loss_percent)}`;
  if ("addresses" in result) {
    return JSON.stringify([result.addresses.toSorted(), result.names.toSorted(), result.cname, result.failure]);
  }
  if ("hops" in result) return JSON.stringify(result.hops.at(-1)?.address ?? null);
  if ("open" in result) return `open ${result.open}`;
  return JSON.stringify([result.host_up, result.ports.map(({ port, state }) => [port, state])]);
}

/** Those that found something else than most. When no answer is the most common one, all differ. */
export function differing<Key>(findings: ReadonlyMap<Key, Finding>): ReadonlySet<Key> {
  const byEssence = new Map<string, Key[]>();
  for (const [key, finding] of findings) {
    const found = essence(finding);
    byEssence.set(found, [...(byEssence.get(found) ?? []), key]);
  }
  const [most = [], second] = [...byEssence.values()].toSorted((one, other) => other.length - one.length);
  if (!second) return new Set();
  const isTie = second.length === most.length;
  return new Set([...findings.keys()].filter((key) => isTie || !most.includes(key)));
}

/** Diagnostics for people. Pure. */
import type { DiagnosticLocation, DiagnosticReport, DiagnosticRun } from "@sallyport/protocol";
import { plain } from "./plain.ts";
import { table } from "./table.ts";

/** What came of a run somewhere, or why there was none. */
export type Outcome =
  | { location: string; run: DiagnosticRun }
  | { location: string; error: { code: string; message: string } };

const TOOL_WIDTH = 12;
const LOCATION_WIDTH = 30;

/** Exactly the two blocks of GK-059 to GK-064. */
export function diagnosticsList({
  tools,
  locations,
}: {
  tools: readonly { name: string; description: string }[];
  locations: readonly DiagnosticLocation[];
}): string {
  return [
    "Available Tools:",
    ...tools.map(({ name, description }) => `  ${name.padEnd(TOOL_WIDTH)} - ${description}`),
    "",
    "Execution Locations:",
    ...locations.map(({ location, label }) => `  ${location.padEnd(LOCATION_WIDTH)} (${plain(label)})`),
    "",
  ].join("\n");
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)}s`;

/** What is said after a tool's output (U-GK-05). */
export function verdict({ status, error, duration_ms }: DiagnosticReport): string {
  const lines = [
    `Status:   ${status}`,
    ...(error === null ? [] : [`Error:    ${plain(error)}`]),
    `Duration: ${seconds(duration_ms)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** One line for each location. */
export function comparison(outcomes: readonly Outcome[], width?: number): string {
  return table(
    ["Location", "Status", "Duration", "Result"],
    outcomes.map((outcome) =>
      "run" in outcome
        ? [outcome.location, outcome.run.status, seconds(outcome.run.duration_ms), summary(outcome.run)]
        : [outcome.location, outcome.error.code, "-", outcome.error.message],
    ),
    { width, whole: [1, 2] },
  );
}

/** What was found, in a few words. */
export function summary({ result, error }: Pick<DiagnosticRun, "result" | "error">): string {
  if (!result) return error ?? "-";
  if ("transmitted" in result) {
    const { transmitted, received, loss_percent, rtt_ms } = result;
    return `${received}/${transmitted} received, ${loss_percent}% loss${rtt_ms ? `, ${rtt_ms.avg} ms` : ""}`;
  }
  if ("addresses" in result)
    return [...result.addresses, ...result.names].join(", ") || (result.failure ?? "no answer");
  if ("hops" in result)
    return `${result.hops.length} hops, ${result.hops.at(-1)?.address ?? "no answer from the last"}`;
  if ("open" in result) return result.open ? "open" : "closed";
  if (!result.host_up) return "host seems down";
  const open = result.ports.filter(({ state }) => state === "open").map(({ port }) => port);
  return open.length > 0 ? `open: ${open.join(", ")}` : "no port is open";
}

const STATUSES = { success: 0, failed: 1, timeout: 124 } as const satisfies Record<DiagnosticRun["status"], number>;

/** Exit status of a command that ran tools at all these places. */
export function exitStatusOf(outcomes: readonly Outcome[]): number {
  const statuses = outcomes.map((outcome) => ("run" in outcome ? STATUSES[outcome.run.status] : STATUSES.failed));
  const [first = 0, ...others] = statuses.filter((status) => status !== 0);
  return others.every((status) => status === first) ? first : STATUSES.failed;
}

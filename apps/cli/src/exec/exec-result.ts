import type { Outcome } from "../session/outcome.ts";
import type { CollectedOutput } from "./collected-output.ts";

/** How a command ended on one node, as programs are told. */
export interface ExecResult {
  node: string;
  id: string;
  /** The exit status of the command, or what stands for it: 124 out of time, 254 refused, 255 no connection. */
  status: number;
  error: string | null;
  duration_ms: number;
  stdout: string;
  stderr: string;
  truncated: boolean;
}

export const resultOf = (
  node: { id: string; name: string },
  { status, message }: Outcome,
  durationMs: number,
  { stdout, stderr }: { stdout: CollectedOutput; stderr: CollectedOutput },
): ExecResult => ({
  node: node.name,
  id: node.id,
  status,
  error: message ?? null,
  duration_ms: Math.round(durationMs),
  stdout: stdout.text(),
  stderr: stderr.text(),
  truncated: stdout.isTruncated || stderr.isTruncated,
});

/** What a person is told of a run on many nodes. */
export function summaryOf(results: readonly ExecResult[], skipped: readonly string[]): string {
  const failed = results.filter(({ status }) => status !== 0);
  const hosts = (count: number) => `${count} host${count === 1 ? "" : "s"}`;
  const lines = [`${hosts(results.length - failed.length)} succeeded; ${hosts(failed.length)} failed`];
  for (const { node, status, error } of failed) lines.push(`  ${node}: ${error ?? `exit status ${status}`}`);
  if (skipped.length > 0) lines.push(`${hosts(skipped.length)} skipped: ${skipped.join(", ")}`);
  return lines.join("\n");
}

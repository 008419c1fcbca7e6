import { type ExecView, execApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { plain } from "../output/plain.ts";
import { seconds } from "../output/seconds.ts";
import { findByPrefix } from "../session/find-by-prefix.ts";

/** Commands that one answer holds. */
const MOST = 1_000;

/** `gatekey-admin exec history`: what was run where, and what came of it. */
export async function execHistory(
  { print, signedIn }: Cli,
  wanted: string | undefined,
  { limit }: { limit: number },
): Promise<void> {
  const { api, orgId } = await signedIn();
  const { commands } = await api.act(execApi, "history", { org_id: orgId, limit: wanted === undefined ? limit : MOST });
  const runs = runsOf(commands);
  if (wanted === undefined) {
    return print.list(
      runs,
      [
        { header: "RUN", cell: ({ id }) => id.slice(0, 8), whole: true },
        { header: "STARTED", cell: ({ started }) => seconds(started) },
        { header: "USER", cell: ({ user }) => user },
        { header: "NODES", cell: ({ nodes }) => String(nodes) },
        { header: "FAILED", cell: ({ failed }) => String(failed) },
        { header: "COMMAND", cell: ({ command }) => command },
      ],
      { empty: "No command was run yet." },
    );
  }
  const { id } = findByPrefix(runs, wanted, "Run");
  const { commands: ofRun } = await api.act(execApi, "history", { org_id: orgId, run_id: id, limit: MOST });
  print.list(ofRun.map(resultOf), [
    { header: "NODE", cell: ({ node }) => node },
    { header: "STARTED", cell: ({ started }) => seconds(started) },
    { header: "ENDED", cell: ({ ended }) => (ended === null ? "-" : seconds(ended)) },
    { header: "RESULT", cell: ({ result }) => result },
    { header: "SESSION", cell: ({ session }) => session.slice(0, 8), whole: true },
  ]);
  if (print.format === "table") for (const command of ofRun) showOutput(command);
}

interface Run {
  id: string;
  started: string;
  user: string;
  command: string;
  nodes: number;
  failed: number;
}

function runsOf(commands: readonly ExecView[]): Run[] {
  const runs = new Map<string, Run>();
  for (const { run_id: id, created_at: started, user_email: user, command, ...rest } of commands) {
    const run = runs.get(id) ?? { id, started, user, command, nodes: 0, failed: 0 };
    const isFailed = rest.status === "ended" && !(rest.cause === "exited" && rest.exit_code === 0);
    runs.set(id, { ...run, started, nodes: run.nodes + 1, failed: run.failed + (isFailed ? 1 : 0) });
  }
  return [...runs.values()];
}

const resultOf = (view: ExecView) => ({
  node: view.machine_name,
  session: view.session_id,
  started: view.created_at,
  ended: view.ended_at,
  result: describe(view),
  exit_code: view.exit_code,
  stdout: view.output && text(view.output.stdout),
  stderr: view.output && text(view.output.stderr),
  truncated: view.output?.truncated ?? null,
});

function describe({ status, cause, exit_code }: ExecView): string {
  if (status === "active") return "running";
  return cause === "exited" ? `exit ${exit_code ?? "-"}` : (cause ?? "ended").replaceAll("_", " ");
}

const text = (base64: string): string => Buffer.from(base64, "base64").toString();

/** Of organisations that record it. */
function showOutput({ machine_name, output }: ExecView): void {
  if (!output) return;
  for (const stream of ["stdout", "stderr"] as const) {
    if (output[stream] === "") continue;
    process.stdout.write(`\n--- ${machine_name} ${stream}${output.truncated ? " (its beginning)" : ""}\n`);
    process.stdout.write(plain(text(output[stream])));
  }
}

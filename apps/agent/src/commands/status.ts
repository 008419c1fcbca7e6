/** `ztna status`: what this machine is, and whether it is connected. */
import { PRODUCT_VERSION } from "@sallyport/protocol";
import { HostConnection } from "../link/host-connection.ts";
import { clockWarning, type LinkStatus } from "../link/link-status.ts";
import { askStatus } from "../link/local-client.ts";
import { oneLine } from "../platform/one-line.ts";
import { loadRegistration, type StoredRegistration } from "../state/registration-file.ts";
import type { StateDir } from "../state/state-dir.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";
import { describeConnection } from "./describe-connection.ts";
import { EXIT_NOT_REGISTERED, EXIT_TRY_LATER } from "./exit-status.ts";

/** What `--json` prints: stable, and free of secrets. */
interface StatusReport {
  version: string;
  registered: boolean;
  control_url: string | null;
  machine_id: string | null;
  machine_name: string | null;
  tailnet_ip: string | null;
  org_id: string | null;
  running: boolean;
  connected: boolean;
  connection: LinkStatus["connection"] | { state: "stopped" } | { state: "stuck" };
  pid: number | null;
  host_pid: number | null;
  sessions: number;
  clock_offset_ms: number | null;
  warning: string | null;
}

export async function status({ json }: { json?: boolean }, { dir, out }: CommandContext): Promise<ExitCode> {
  const report = await makeReport(dir, loadRegistration(dir));
  if (json) out(JSON.stringify(report, null, 2));
  else for (const line of describe(report)) out(line);
  if (!report.registered) return EXIT_NOT_REGISTERED;
  return report.connected ? 0 : EXIT_TRY_LATER;
}

async function makeReport(dir: StateDir, registration: StoredRegistration | undefined): Promise<StatusReport> {
  const answer = await askStatus(dir.linkSocket);
  const link = answer === "stuck" ? undefined : answer;
  const offsetMs = link?.clock_offset_ms ?? null;
  return {
    version: PRODUCT_VERSION,
    registered: registration !== undefined,
    control_url: registration?.control_url ?? null,
    machine_id: registration?.machine_id ?? null,
    machine_name: link?.name ?? registration?.name ?? null,
    tailnet_ip: registration?.tailnet_ip ?? null,
    org_id: registration?.org_id ?? null,
    running: answer !== undefined,
    connected: link?.connection.state === "connected",
    connection: link?.connection ?? { state: answer === "stuck" ? "stuck" : "stopped" },
    pid: link?.pid ?? null,
    host_pid: link?.host_pid ?? null,
    sessions: link?.sessions ?? (await sessionsWithoutLink(dir)),
    clock_offset_ms: offsetMs,
    warning: clockWarning(offsetMs) ?? null,
  };
}

/** A session host may run on while the link does not. */
async function sessionsWithoutLink(dir: StateDir): Promise<number> {
  const host = await HostConnection.open(dir.hostSocket, { message: () => {}, closed: () => {} });
  const facts = await host?.list();
  host?.close();
  return facts?.sessions.filter(({ exit }) => !exit).length ?? 0;
}

function describe(report: StatusReport): string[] {
  const lines = ["Sallyport Agent", "===============", row("Version", report.version)];
  if (!report.registered) return [...lines, row("Registered", "no (run 'ztna up --auth-key KEY')")];
  return [
    ...lines,
    row("Control plane", report.control_url),
    row("Registered", "yes"),
    row("Machine ID", report.machine_id),
    row("Machine Name", report.machine_name),
    row("Tailnet IP", report.tailnet_ip),
    row("Connection", connectionOf(report)),
    row("Sessions", String(report.sessions)),
    ...(report.warning ? [`WARNING: ${report.warning}`] : []),
  ];
}

function connectionOf({ connection }: StatusReport): string {
  if (connection.state === "stopped") return "not running (run 'ztna up')";
  if (connection.state === "stuck") return "the agent does not answer ('ztna down' stops it)";
  return describeConnection(connection);
}

const row = (name: string, value: string | null): string => `${`${name}:`.padEnd(16)}${oneLine(value ?? "")}`;

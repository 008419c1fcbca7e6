/**
 * The runs that this tab began. They go on while one looks at other pages, and end with the tab, or when another person
 * signs in: a run is its person's.
 */
import { EXEC_DEFAULT_TIMEOUT_SECONDS, execApi } from "@sallyport/protocol";
import { useSyncExternalStore } from "react";
import { sessionStore, signedIn } from "../../api/client.ts";
import { FleetRun } from "./fleet-run.ts";
import { RemoteCommand } from "./remote-command.ts";
import { TokenDesk } from "./token-desk.ts";

export interface RunRequest {
  orgId: string;
  command: string;
  timeoutSeconds: number | null;
  targets: readonly { id: string; name: string }[];
}

/** What a form begins with. */
export const DEFAULT_TIMEOUT_SECONDS = EXEC_DEFAULT_TIMEOUT_SECONDS;

const runs = new Map<string, FleetRun>();
const listeners = new Set<() => void>();
let userId = sessionStore.read()?.user.id;

sessionStore.subscribe(() => {
  const now = sessionStore.read()?.user.id;
  if (now === userId) return;
  userId = now;
  for (const run of runs.values()) run.stopAll();
  runs.clear();
  for (const tell of listeners) tell();
});

window.addEventListener("beforeunload", (event) => {
  if ([...runs.values()].some((run) => !run.isOver)) event.preventDefault();
});

/** Begins a command on its machines. */
export function beginRun({ orgId, command, timeoutSeconds, targets }: RunRequest): FleetRun {
  const runId = randomUuid();
  const desk = new TokenDesk(async (machine_ids) => {
    const input = { org_id: orgId, machine_ids, command, timeout_seconds: timeoutSeconds, run_id: runId };
    return (await signedIn((client) => client.act(execApi, "create", input))).machines;
  });
  const run = new FleetRun({
    runId,
    orgId,
    command,
    timeoutSeconds,
    targets,
    begin: (machineId, events) => new RemoteCommand({ orgId, machineId, token: () => desk.token(machineId) }, events),
  });
  runs.set(runId, run);
  run.start();
  for (const tell of listeners) tell();
  return run;
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** A run of this tab's, undefined for any other. */
export const useLiveRun = (runId: string): FleetRun | undefined =>
  useSyncExternalStore(subscribe, () => runs.get(runId));

/** `crypto.randomUUID` is missing where a dashboard is served over plain http. */
function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

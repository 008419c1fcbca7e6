import { type SessionView, shellApi } from "@sallyport/protocol";
import { sessionTable } from "../output/session-table.ts";
import { findMachine } from "../session/find-machine.ts";
import { signedIn } from "../signed-in.ts";

export interface SessionPsOptions {
  all?: boolean;
  ended?: boolean;
  machine?: string;
  output: "table" | "json";
}

/** `gatekey-admin session ps`: who is on what, since when, from where. */
export async function sessionPs({ all = false, ended = false, machine, output }: SessionPsOptions): Promise<void> {
  const operator = await signedIn();
  const { api, orgId, signIn } = operator;
  const machineId = machine === undefined ? undefined : (await findMachine(operator, machine)).id;
  const { sessions } = await api.act(shellApi, "list_sessions", {
    org_id: orgId,
    status: ended ? "ended" : "active",
    ...(machineId !== undefined && { machine_id: machineId }),
  });
  const userId = signIn.user.id;
  const shown = all ? sessions : sessions.filter(({ user_id }) => user_id === userId);
  if (shown.length === 0) process.stderr.write(`${noSessions(sessions, { all, ended })}\n`);
  if (output === "json") process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  else if (shown.length > 0) {
    process.stdout.write(sessionTable(shown, { userId, ended, width: process.stdout.columns || undefined }));
  }
}

function noSessions(others: readonly SessionView[], { all, ended }: { all: boolean; ended: boolean }): string {
  const what = ended ? "ended lately" : "is running";
  if (all) return `No session ${what}.`;
  return `No session of yours ${what}.${others.length > 0 ? ` ${others.length} of other people: see --all.` : ""}`;
}

import { type SessionView, shellApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { sessionColumns } from "../output/session-columns.ts";
import { findMachine } from "../session/find-machine.ts";

export interface SessionPsOptions {
  all?: boolean;
  ended?: boolean;
  machine?: string;
}

/** `gatekey-admin session ps`: who is on what, since when, from where. */
export async function sessionPs(
  { print, signedIn }: Cli,
  { all = false, ended = false, machine }: SessionPsOptions,
): Promise<void> {
  const operator = await signedIn();
  const { api, orgId, user } = operator;
  const machineId = machine === undefined ? undefined : (await findMachine(operator, machine)).id;
  const { sessions } = await api.act(shellApi, "list_sessions", {
    org_id: orgId,
    status: ended ? "ended" : "active",
    ...(machineId !== undefined && { machine_id: machineId }),
  });
  const shown = all ? sessions : sessions.filter(({ user_id }) => user_id === user.id);
  print.list(shown, sessionColumns(shown, { userId: user.id, ended }), { empty: noSessions(sessions, { all, ended }) });
}

function noSessions(others: readonly SessionView[], { all, ended }: { all: boolean; ended: boolean }): string {
  const what = ended ? "ended lately" : "is running";
  if (all) return `No session ${what}.`;
  return `No session of yours ${what}.${others.length > 0 ? ` ${others.length} of other people: see --all.` : ""}`;
}

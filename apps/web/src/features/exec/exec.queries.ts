import { type ExecView, execApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";

/** As many as the server tells of one run. */
export const RUN_MACHINES_SHOWN = 1_000;
const RUNS_SHOWN = 100;
/** A run that goes on asks for more machines within this time; one that was silent for longer is read once. */
const SETTLED_AFTER_MS = 10 * 60_000;

export const execQueries = {
  /** Runs of the organisation, newest first. */
  runs: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "exec-runs", orgId],
      queryFn: async () =>
        (await signedIn((client) => client.act(execApi, "runs", { org_id: orgId, limit: RUNS_SHOWN }))).runs,
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** One run, machine by machine, with what was recorded of its output. */
  run: (orgId: string, runId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "exec-run", orgId, runId],
      queryFn: async () =>
        (
          await signedIn((client) =>
            client.act(execApi, "history", { org_id: orgId, run_id: runId, limit: RUN_MACHINES_SHOWN }),
          )
        ).commands,
      refetchInterval: RECORDS_POLL_MS[live],
      enabled: ({ state: { data } }) => data === undefined || data.length === 0 || !isSettled(data),
    }),
};

const isSettled = (commands: readonly ExecView[]): boolean =>
  commands.every(({ ended_at }) => ended_at !== null && Date.parse(ended_at) < Date.now() - SETTLED_AFTER_MS);

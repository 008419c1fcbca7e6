import { DIAGNOSTIC_SECONDS, RemoteError, troubleshootApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { newestEntries } from "../../api/newest-entries.ts";
import { RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";
import { type Question, requestFrom } from "./question.ts";
import { recordedRun } from "./recorded-run.ts";

const RECORDED_SHOWN = 100;
/** Beside the tool's own time: to hear of it, to end the tool, and to say so. */
const ANSWER_MS = 20_000;

export const diagnosticsQueries = {
  /** Tools, and where they can run now: read again when machines come and go, too, which is not recorded. */
  places: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "diagnostic-places", orgId],
      queryFn: () => signedIn((client) => client.act(troubleshootApi, "list", { org_id: orgId })),
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** What anybody asked, newest first. */
  recorded: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, "diagnostics", orgId],
      queryFn: async () => {
        const { logs } = await newestEntries(orgId, { event: "troubleshoot.run" }, RECORDED_SHOWN);
        return logs.flatMap((row) => recordedRun(row) ?? []);
      },
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};

/** Runs a question's tool at one place; what it writes is told as it comes. */
export const askAt =
  (orgId: string, question: Question) => (location: string, onOutput: (text: string) => void, signal: AbortSignal) =>
    signedIn((client) =>
      client.follow(
        troubleshootApi,
        "run",
        { org_id: orgId, location, ...requestFrom(question) },
        {
          onProgress: ({ data }) => onOutput(data),
          signal,
          timeoutMs: DIAGNOSTIC_SECONDS.default * 1_000 + ANSWER_MS,
        },
      ),
    );

const LIMITS = new Set(["RATE_LIMITED", "TOO_MANY_TOOLS", "TOO_MANY_SESSIONS"]);

/** Why it was not run, and whether that is a matter of time. */
export const refusalOf = (error: unknown) => ({
  message: errorMessage(error),
  isLimit: error instanceof RemoteError && LIMITS.has(error.code),
});

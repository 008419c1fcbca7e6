/**
 * The last questions that were asked in this browser, and what was found. The server records that they were asked, but
 * not what came of them. What tools wrote is not kept: what a page needs of it is in the results.
 */
import { DiagnosticReport } from "@sallyport/protocol";
import { z } from "zod";
import { setting } from "../../lib/setting.ts";
import { isUnderWay, type Place } from "./diagnosis.ts";
import { Question } from "./question.ts";

const KEPT = 50;

const KeptPlace = z.object({
  location: z.string(),
  label: z.string(),
  status: z.enum([...DiagnosticReport.shape.status.options, "refused", "stopped"]),
  result: DiagnosticReport.shape.result,
  error: z.string().nullable(),
  duration_ms: z.number().nullable(),
});
export type KeptPlace = z.infer<typeof KeptPlace>;

const KeptRun = z.object({
  id: z.string(),
  /** Whose it is: somebody else may sign in on this browser. */
  orgId: z.string(),
  userId: z.string(),
  startedAt: z.iso.datetime(),
  question: Question,
  places: z.array(KeptPlace),
});
export type KeptRun = z.infer<typeof KeptRun>;

export const keptRuns = setting("sallyport_diagnostics", z.array(KeptRun), []);

/** Remembers a run, and forgets the oldest. */
export function keepRun(run: KeptRun): void {
  const others = keptRuns.get().filter(({ id }) => id !== run.id);
  try {
    keptRuns.set([run, ...others].slice(0, KEPT));
  } catch {
    // The storage is full: then this one is not remembered.
  }
}

/** Forgets what this person asked in this organisation. */
export function forgetRuns(orgId: string, userId: string): void {
  keptRuns.set(keptRuns.get().filter((run) => run.orgId !== orgId || run.userId !== userId));
}

/** What is kept of a place that is over. */
export function keptPlace({ location, state }: Place, label: string): KeptPlace | undefined {
  if (isUnderWay(state)) return undefined;
  const nothing = { location, label, result: null, error: null, duration_ms: null };
  if (state.is === "done") {
    const { status, result, error, duration_ms } = state.run;
    return { location, label, status, result, error, duration_ms };
  }
  return state.is === "refused"
    ? { ...nothing, status: "refused", error: state.message }
    : { ...nothing, status: "stopped" };
}

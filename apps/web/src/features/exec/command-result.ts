/** What came of a command on one machine: the same for one that runs in this tab and for one that the server remembers. */
import type { ExecView } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import type { Tone } from "../../ui/index.tsx";

/** How it ended. */
export type Ending = { is: "exited"; exitCode: number } | { is: "failed"; reason: string } | { is: "cancelled" };

export type ResultState =
  | { is: "waiting" }
  | { is: "starting" }
  /** `trouble`: why nothing is seen of it at the moment. */
  | { is: "running"; trouble?: string }
  | Ending;

export interface CommandResult {
  machineId: string;
  machineName: string;
  /** Undefined before it is begun. */
  sessionId: string | undefined;
  state: ResultState;
  /** Undefined until it ended. */
  durationMs: number | undefined;
  /** Undefined where it was not recorded. */
  output: { stdout: string; stderr: string; isCut: boolean } | undefined;
}

export const isOver = ({ state }: CommandResult): boolean =>
  state.is === "exited" || state.is === "failed" || state.is === "cancelled";

export const isFailed = ({ state }: CommandResult): boolean =>
  state.is === "failed" || (state.is === "exited" && state.exitCode !== 0);

/** Causes of ends in words; others are told by their codes. */
const CAUSES: Record<string, string> = {
  command_timeout: t("ran longer than it was given"),
  viewer_left: t("whoever ran it was gone"),
  session_revoked: t("ended by an administrator or a lost right"),
  agent_lost: t("the machine was lost"),
  machine_deleted: t("the machine was deleted"),
  audit_unavailable: t("it could not be recorded"),
};

/** A cause as histories and sockets tell it, in words. */
export const causeWords = (cause: string): string => CAUSES[cause] ?? cause.replaceAll("_", " ");

/** A state in a word or two, with its colour. */
export function describeState(state: ResultState): { tone: Tone; word: string; detail?: string } {
  switch (state.is) {
    case "waiting":
      return { tone: "neutral", word: t("Waiting") };
    case "starting":
      return { tone: "accent", word: t("Starting") };
    case "running":
      return { tone: "accent", word: t("Running"), ...(state.trouble !== undefined && { detail: state.trouble }) };
    case "exited":
      return {
        tone: state.exitCode === 0 ? "ok" : "danger",
        word: t("Exit {{exitCode}}", { exitCode: state.exitCode }),
      };
    case "failed":
      return { tone: "danger", word: t("Failed"), detail: state.reason };
    case "cancelled":
      return { tone: "neutral", word: t("Cancelled") };
    default:
      return state satisfies never;
  }
}

export interface Counts {
  waiting: number;
  running: number;
  succeeded: number;
  failed: number;
  cancelled: number;
}

export function countResults(results: readonly CommandResult[]): Counts {
  const counts: Counts = { waiting: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 };
  for (const result of results) {
    const { is } = result.state;
    if (is === "waiting" || is === "cancelled") counts[is] += 1;
    else if (is === "starting" || is === "running") counts.running += 1;
    else counts[isFailed(result) ? "failed" : "succeeded"] += 1;
  }
  return counts;
}

/** `38 exited with 0 · 2 failed · 1 running`. */
export function countWords({ waiting, running, succeeded, failed, cancelled }: Counts): string {
  const parts: [number, string][] = [
    [running, t("{{number}} running", { number: running })],
    [waiting, t("{{number}} waiting", { number: waiting })],
    [failed, t("{{number}} failed", { number: failed })],
    [succeeded, t("{{number}} succeeded", { number: succeeded })],
    [cancelled, t("{{number}} cancelled", { number: cancelled })],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([, words]) => words)
    .join(" · ");
}

/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function durationWords(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60
    ? `${whole} s`
    : t("{{minutes}} min {{seconds}} s", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}

/** What the server remembers. */
export function resultFrom(view: ExecView): CommandResult {
  const { machine_id, machine_name, session_id, created_at, ended_at, output } = view;
  return {
    machineId: machine_id,
    machineName: machine_name,
    sessionId: session_id,
    state: stateFrom(view),
    durationMs: ended_at === null ? undefined : Math.max(0, Date.parse(ended_at) - Date.parse(created_at)),
    output: output
      ? { stdout: fromBase64(output.stdout), stderr: fromBase64(output.stderr), isCut: output.truncated }
      : undefined,
  };
}

function stateFrom({ status, cause, exit_code }: ExecView): ResultState {
  if (status === "active") return { is: "running" };
  if (cause === "exited" && exit_code !== null) return { is: "exited", exitCode: exit_code };
  return { is: "failed", reason: cause === "exited" ? t("ended by a signal") : causeWords(cause ?? "ended") };
}

const fromBase64 = (base64: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));

import type { ConsentPolicy, DesktopSessionView, ExecView, MachineKind } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import type { Tone } from "../../ui/index.tsx";
import type { ShownStatus } from "./machine-filter.ts";

export const KIND_WORDS: Record<MachineKind, string> = {
  machine: t("Machine"),
  gateway: t("Gateway"),
  hub: t("Hub"),
  spoke: t("Spoke"),
};

export const STATUS_WORDS: Record<ShownStatus, string> = {
  online: t("Online"),
  offline: t("Offline"),
  quarantined: t("Quarantined"),
  disabled: t("Disabled"),
};

/** Whom a machine asks before its screen is shown. */
export const CONSENT_WORDS: Record<ConsentPolicy, string> = {
  always: t("The person at the machine is asked every time"),
  peers: t("The person at the machine is asked when a member looks; administrators look without"),
  never: t("The person at the machine is not asked"),
};

/** Whether a version is below another: numbers between dots count as numbers. What is not a version is not older. */
export function isOlderVersion(version: string, than: string): boolean {
  const [own, other] = [version, than].map((text) => /^v?(\d+)\.(\d+)\.(\d+)(-?)/.exec(text));
  if (!own || !other) return false;
  for (const part of [1, 2, 3]) {
    const difference = Number(own[part]) - Number(other[part]);
    if (difference !== 0) return difference < 0;
  }
  // 1.0.0-beta comes before 1.0.0; two of the former are left alone.
  return own[4] === "-" && other[4] === "";
}

/** Tags as they are typed: separated by blanks or commas, each once, with or without its `tag:`. */
export const tagsIn = (text: string): string[] => [
  ...new Set(
    text
      .toLowerCase()
      .split(/[\s,]+/)
      .map((word) => word.replace(/^tag:/, ""))
      .filter(Boolean),
  ),
];

/** What an event of the audit log says beside its action: short facts, without what the page says already. */
export function eventFacts(metadata: Readonly<Record<string, unknown>>): string {
  return Object.entries(metadata)
    .filter(([name, value]) => !SAID_ALREADY.test(name) && value !== null && value !== undefined && value !== "")
    .map(([name, value]) => `${wordsOf(name)}: ${inShort(value)}`)
    .join(", ");
}

/** The machine is the page's; ids and what a token was good for are for the audit log. */
const SAID_ALREADY = /^(machine_name|expiresAt|capabilities)$|_id$|Id$/;

const wordsOf = (name: string): string =>
  name.replaceAll("_", " ").replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function inShort(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(inShort).join(" ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const COMMAND_CAUSES: Record<string, string> = {
  command_timeout: t("took too long"),
  viewer_left: t("its caller left"),
  session_revoked: t("ended by an administrator"),
  agent_lost: t("the machine was lost"),
};

/** What a command is doing, or how it ended. */
export function commandState({ status, cause, exit_code }: Pick<ExecView, "status" | "cause" | "exit_code">): {
  tone: Tone;
  words: string;
} {
  if (status === "active") return { tone: "warn", words: t("Running") };
  if (cause === "exited" && exit_code !== null) {
    return { tone: exit_code === 0 ? "ok" : "danger", words: t("Exit {{exit_code}}", { exit_code }) };
  }
  const why = cause === null ? undefined : (COMMAND_CAUSES[cause] ?? cause.replaceAll("_", " "));
  return { tone: "danger", words: why === undefined ? t("Ended") : t("Ended: {{why}}", { why }) };
}

/** How a desktop session ended, and how long the screen was seen. */
export function desktopEnd({
  status,
  consent_required,
  consent_granted,
  duration_seconds,
  end_reason,
}: DesktopSessionView): string {
  const how =
    status === "rejected"
      ? t("Consent was refused")
      : status === "expired"
        ? consent_required && consent_granted === null
          ? t("Nobody consented in time")
          : t("The machine did not answer in time")
        : t("Ended");
  const seen =
    duration_seconds === null
      ? undefined
      : t("after {{duration_seconds}}", { duration_seconds: durationWords(duration_seconds) });
  const why = end_reason === null ? undefined : end_reason;
  return [seen === undefined ? how : `${how} ${seen}`, why].filter(Boolean).join(": ");
}

/** `8 s`, `4 min`, `2 h 5 min`. */
function durationWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return t("{{minutes}} min", { minutes });
  return minutes % 60 === 0 ? `${hours} h` : t("{{hours}} h {{value}} min", { hours, value: minutes % 60 });
}

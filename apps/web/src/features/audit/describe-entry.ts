/** What an entry of the audit log says, for people: who, what, and the facts in it. */
import type { AuditRow } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import { typeWords } from "./audit-filter.ts";

export type AuditEntry = AuditRow & { actor_email: string | null };

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Who did it. A person by e-mail address; an account that is gone by its id. */
export function actorWords({ actor_email, actor_id, action, metadata, resource_type }: AuditEntry): string {
  if (actor_email !== null) return actor_email;
  if (actor_id !== null) return t("Account {{actor_id}}", { actor_id });
  if (text(metadata.by_machine_id)) return t("A machine");
  if (text(metadata.auth_key_id) && resource_type === "machine") return t("An auth key");
  if (/denied|refused/.test(action)) return t("Not signed in");
  return action.startsWith("agent.") ? t("A machine") : t("System");
}

/** The name that the thing had then, where the entry has one. */
export const resourceName = ({ metadata }: AuditEntry): string | undefined =>
  text(metadata.machine_name) ?? text(metadata.name) ?? text(metadata.email);

/** The machine that it is about, or was done on. */
export const machineOf = ({ resource_type, resource_id, metadata }: AuditEntry): string | undefined =>
  resource_type === "machine" && resource_id !== null
    ? resource_id
    : (text(metadata.machine_id) ?? text(metadata.by_machine_id));

/** Facts that a reader wants to see in the list, in this order. */
const GIST = ["command", "exit_code", "cause", "tool", "target", "plan", "role", "status", "code", "reason", "format"];
const GIST_CHARS = 200;

/** The facts that matter most, in one line. */
export function gistOf({ metadata }: AuditEntry): string {
  const told = GIST.flatMap((name) => {
    const value = metadata[name];
    if (value === undefined || value === null || typeof value === "object") return [];
    return name === "command" ? [String(value)] : [`${typeWords(name)} ${String(value)}`];
  });
  return told.join(", ").replaceAll(/\s+/g, " ").slice(0, GIST_CHARS);
}

export interface Fact {
  /** Where it is: `after.max_uses`. */
  name: string;
  value: string;
}

/** Everything in the metadata, one fact a line, whatever its shape. */
export function factsOf(metadata: Record<string, unknown>, path = ""): Fact[] {
  return Object.entries(metadata).flatMap(([key, value]) => {
    const name = path + key;
    if (Array.isArray(value)) {
      const isFlat = value.every((each) => typeof each !== "object" || each === null);
      return [
        { name, value: value.length === 0 ? t("none") : isFlat ? value.join(", ") : JSON.stringify(value, null, 2) },
      ];
    }
    if (typeof value === "object" && value !== null) {
      const inside = factsOf(value as Record<string, unknown>, `${name}.`);
      return inside.length === 0 ? [{ name, value: t("none") }] : inside;
    }
    return [{ name, value: wordsOf(value) }];
  });
}

const wordsOf = (value: unknown): string => {
  if (value === null || value === "") return t("none");
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  return String(value);
};

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The reader's local time to the second; the year only when it is another one. */
export function rowTime(instant: string, nowMs: number): string {
  const at = new Date(instant);
  const year = at.getFullYear() === new Date(nowMs).getFullYear() ? "" : ` ${at.getFullYear()}`;
  return `${DAY.format(at)}${year} ${CLOCK.format(at)}`;
}

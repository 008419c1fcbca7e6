import { isAdminRole, type MachineView, type Role } from "@sallyport/protocol";
import { timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import type { Tone } from "../../ui/index.tsx";

export interface Presence {
  tone: Tone;
  word: string;
  /** More about it: since when, or why. */
  detail?: string;
}

export const isReachable = ({ status, admin_disabled }: MachineView): boolean => status === "online" && !admin_disabled;

/** Whether a machine is there, in a word, and when it was seen last. */
export function presenceOf(
  { status, admin_disabled, session_enabled, agent_session_enabled, last_seen }: MachineView,
  nowMs: number,
): Presence {
  if (admin_disabled) return { tone: "danger", word: t("Disabled"), detail: t("by an administrator") };
  if (status === "online" && !(session_enabled && agent_session_enabled)) {
    return { tone: "ok", word: t("Online"), detail: t("sessions switched off") };
  }
  const seen =
    last_seen === null ? t("never connected") : t("last seen {{last_seen}}", { last_seen: timeAgo(last_seen, nowMs) });
  switch (status) {
    case "online":
      return { tone: "ok", word: t("Online") };
    case "offline":
      return { tone: "neutral", word: t("Offline"), detail: seen };
    case "quarantined":
      return { tone: "warn", word: t("Quarantined"), detail: seen };
    default:
      return status satisfies never;
  }
}

/** The same with every reason and time there is, for the page that is about one machine. */
export function presenceInFull(machine: MachineView, nowMs: number): Presence {
  const { tone, word } = presenceOf(machine, nowMs);
  const { status, admin_disabled, session_enabled, agent_session_enabled, connected_at, last_seen } = machine;
  const seen =
    last_seen === null ? t("never connected") : t("last seen {{last_seen}}", { last_seen: timeAgo(last_seen, nowMs) });
  const isSwitchedOff = !(session_enabled && agent_session_enabled);
  const details = admin_disabled
    ? [t("by an administrator"), seen]
    : status === "quarantined"
      ? [t("its auth key was revoked"), seen]
      : status === "offline"
        ? [seen]
        : [
            connected_at === null
              ? seen
              : t("connected {{connected_at}}", { connected_at: timeAgo(connected_at, nowMs) }),
          ];
  if (isSwitchedOff && !admin_disabled) {
    details.push(session_enabled ? t("sessions switched off in its own configuration") : t("sessions switched off"));
  }
  return { tone, word, detail: details.join(", ") };
}

/**
 * Why a person with this role cannot open a terminal here, or undefined when the server may be asked. The server
 * decides again; this only spares people a press that must fail.
 */
export function shellRefusal(machine: MachineView, role: Role | undefined): string | undefined {
  if (!isAdminRole(role)) return t("Only owners and admins open terminals");
  if (machine.admin_disabled) return t("An administrator has disabled this machine");
  if (machine.status === "quarantined") return t("The machine is quarantined: its auth key was revoked");
  if (machine.status !== "online") return t("The machine is offline");
  if (!machine.session_enabled) return t("Sessions are switched off for this machine");
  if (!machine.agent_session_enabled) return t("Sessions are switched off in the machine's own configuration");
  return undefined;
}

import { SHELL_GUARD } from "@sallyport/protocol";
import { decideAdmission, type Standing } from "../access/index.ts";
import { decideSessionsOff } from "../machines/index.ts";

/** What a running session stands on, as the database has it at one moment. */
export interface SessionGrounds {
  standing: Standing;
  isAccountDisabled: boolean;
  machine: { adminDisabled: boolean; status: string; sessionEnabled: boolean; agentSessionEnabled: boolean };
}

/** Why a running session may not go on, in words for its viewer; undefined when it may. Pure. */
export function decideLostRight({ standing, isAccountDisabled, machine }: SessionGrounds): string | undefined {
  if (isAccountDisabled) return "the account was disabled";
  const admission = decideAdmission(standing, SHELL_GUARD);
  if (admission === "feature_missing") return "the organisation's plan no longer includes remote shells";
  if (admission === "right_missing") return "you are no longer an administrator of the organisation";
  if (machine.adminDisabled) return "the machine was disabled";
  if (machine.status === "quarantined") return "the machine is in quarantine";
  const off = decideSessionsOff(machine);
  if (off === "ours") return "sessions were switched off on the machine";
  if (off === "its own") return "sessions were switched off in the machine's own configuration";
  return undefined;
}

import type { MachineView } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";

/**
 * Why nobody can see this machine's desktop now, or undefined when the server may be asked. The server
 * decides again; this only spares people a press that must fail.
 */
export function desktopRefusal(machine: MachineView): string | undefined {
  if (machine.admin_disabled) return t("An administrator has disabled this machine");
  if (machine.status === "quarantined") return t("The machine is quarantined: its auth key was revoked");
  if (machine.status !== "online") return t("The machine is offline");
  if (machine.desktop?.available === false) return machine.desktop.reason ?? t("The machine shows no desktop");
  return undefined;
}

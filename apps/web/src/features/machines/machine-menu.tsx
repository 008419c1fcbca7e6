import { type MachineView, machineAdminApi } from "@sallyport/protocol";
import { Ban, CircleCheck, Ellipsis, KeyRound, Pencil, SquareTerminal, Tags, Trash2, Waypoints } from "lucide-react";
import { errorMessage } from "../../api/errors.ts";
import { t } from "../../lib/texts.ts";
import { buttonClass, Menu, MenuItem, MenuLine, useToast } from "../../ui/index.tsx";
import { useMachineAct } from "./machine-acts.ts";
import type { Asked } from "./machine-dialogs.tsx";

interface MachineMenuProps {
  machine: MachineView;
  onAsk: (asked: Asked) => void;
}

/** What administrators do with a machine. What takes something away asks first. */
export function MachineMenu({ machine, onAsk }: MachineMenuProps) {
  const toast = useToast();
  const act = useMachineAct(machine);
  const { admin_disabled, session_enabled } = machine;
  const doNow = (...[what]: Parameters<typeof act.mutate>) =>
    act.mutate(what, { onError: (error) => toast(errorMessage(error)) });

  return (
    <Menu
      label={t("More actions")}
      button={<Ellipsis className="size-4" aria-hidden="true" />}
      buttonClass={buttonClass("plain", "small")}
    >
      <MenuItem icon={<Pencil className="size-4" />} onSelect={() => onAsk("rename")}>
        {t("Rename…")}
      </MenuItem>
      <MenuItem icon={<Tags className="size-4" />} onSelect={() => onAsk("tags")}>
        {t("Edit tags…")}
      </MenuItem>
      {machine.kind !== "machine" && (
        <>
          <MenuItem icon={<Waypoints className="size-4" />} onSelect={() => onAsk("node")}>
            {t("Edit addresses…")}
          </MenuItem>
          <MenuItem icon={<KeyRound className="size-4" />} onSelect={() => onAsk("token")}>
            {t("Make another token…")}
          </MenuItem>
        </>
      )}
      <MenuLine />
      {session_enabled ? (
        <MenuItem icon={<SquareTerminal className="size-4" />} onSelect={() => onAsk("sessions-off")}>
          {t("Switch sessions off…")}
        </MenuItem>
      ) : (
        <MenuItem
          icon={<SquareTerminal className="size-4" />}
          onSelect={() =>
            doNow((client, of) => client.act(machineAdminApi, "set_session_enabled", { ...of, session_enabled: true }))
          }
        >
          {t("Allow sessions")}
        </MenuItem>
      )}
      {admin_disabled ? (
        <MenuItem
          icon={<CircleCheck className="size-4" />}
          onSelect={() => doNow((client, of) => client.act(machineAdminApi, "enable", of))}
        >
          {t("Enable")}
        </MenuItem>
      ) : (
        <MenuItem icon={<Ban className="size-4" />} onSelect={() => onAsk("disable")}>
          {t("Disable…")}
        </MenuItem>
      )}
      <MenuLine />
      <MenuItem icon={<Trash2 className="size-4 text-danger" />} onSelect={() => onAsk("delete")}>
        {t("Delete…")}
      </MenuItem>
    </Menu>
  );
}

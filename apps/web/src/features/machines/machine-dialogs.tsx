import { type MachineView, machineAdminApi } from "@sallyport/protocol";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useId, useState } from "react";
import { errorMessage } from "../../api/errors.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Field, useToast } from "../../ui/index.tsx";
import { ConfirmDialog } from "../page/index.ts";
import { type MachineAct, useMachineAct } from "./machine-acts.ts";
import { EditNodeDialog, RotateTokenDialog } from "./node-dialogs.tsx";
import { TagsDialog } from "./tags-dialog.tsx";

/** What is asked before it is done. */
export type Asked = "rename" | "tags" | "node" | "token" | "sessions-off" | "disable" | "delete";

interface MachineDialogProps {
  machine: MachineView;
  onClose: () => void;
}

export function MachineDialog({ asked, ...props }: MachineDialogProps & { asked: Asked }) {
  switch (asked) {
    case "rename":
      return <RenameDialog {...props} />;
    case "tags":
      return <TagsDialog {...props} />;
    case "node":
      return <EditNodeDialog {...props} />;
    case "token":
      return <RotateTokenDialog {...props} />;
    case "sessions-off":
      return <SessionsOffDialog {...props} />;
    case "disable":
      return <DisableDialog {...props} />;
    case "delete":
      return <DeleteDialog {...props} />;
    default:
      return asked satisfies never;
  }
}

function RenameDialog({ machine, onClose }: MachineDialogProps) {
  const [name, setName] = useState(machine.name);
  const act = useMachineAct(machine, onClose);
  const form = useId();
  return (
    <Dialog
      title={t("Rename the machine")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={act.isPending}>
            {t("Rename")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === machine.name) return onClose();
          act.mutate((client, of) => client.act(machineAdminApi, "rename", { ...of, name }));
        }}
      >
        <Field
          label={t("Name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onFocus={(event) => event.currentTarget.select()}
          problem={act.isError ? errorMessage(act.error) : undefined}
          hint={t("Access rules that name the machine by its old name do not follow.")}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          required
        />
      </form>
    </Dialog>
  );
}

const SessionsOffDialog = ({ machine, onClose }: MachineDialogProps) => (
  <ActDialog
    machine={machine}
    onClose={onClose}
    title={t("Switch sessions off?")}
    button={t("Switch off")}
    act={(client, of) => client.act(machineAdminApi, "set_session_enabled", { ...of, session_enabled: false })}
  >
    {rich(
      t(
        "Terminals and commands that run on <0> end at once, and none can be opened until sessions are allowed again. The machine stays connected.",
      ),
      <Name machine={machine} />,
    )}
  </ActDialog>
);

const DisableDialog = ({ machine, onClose }: MachineDialogProps) => (
  <ActDialog
    machine={machine}
    onClose={onClose}
    title={t("Disable this machine?")}
    button={t("Disable")}
    act={(client, of) => client.act(machineAdminApi, "disable", of)}
  >
    {rich(
      t("<0> is cut off at once: its sessions and desktops end, and it may not connect until it is enabled again."),
      <Name machine={machine} />,
    )}
  </ActDialog>
);

function DeleteDialog({ machine, onClose }: MachineDialogProps) {
  const navigate = useNavigate();
  const toast = useToast();
  return (
    <ActDialog
      machine={machine}
      onClose={onClose}
      onDone={() => {
        toast(t("{{name}} was deleted", { name: machine.name }));
        void navigate({ to: "/machines", replace: true });
      }}
      title={t("Delete this machine?")}
      button={t("Delete machine")}
      act={(client, of) => client.act(machineAdminApi, "delete", of)}
    >
      {rich(
        machine.kind === "machine"
          ? t(
              "<0> is forgotten: its sessions end at once, its node key stops working, and it comes back only with an auth key.",
            )
          : t("<0> is forgotten: its sessions end at once, its token and its link's key stop working."),
        <Name machine={machine} />,
      )}{" "}
      {t(
        "The lists of its sessions and commands go with it; the audit log keeps what happened. This cannot be undone.",
      )}
    </ActDialog>
  );
}

interface ActDialogProps extends MachineDialogProps {
  title: string;
  button: string;
  act: MachineAct;
  onDone?: () => void;
  children: ReactNode;
}

function ActDialog({ machine, title, button, act, onDone, onClose, children }: ActDialogProps) {
  const doing = useMachineAct(machine, () => {
    onClose();
    onDone?.();
  });
  return (
    <ConfirmDialog
      {...{ title, button, onClose }}
      act={{ isPending: doing.isPending, error: doing.error, mutate: () => doing.mutate(act) }}
    >
      <p className="wrap-break-word">{children}</p>
    </ConfirmDialog>
  );
}

const Name = ({ machine }: { machine: MachineView }) => <bdi className="font-medium text-ink">{machine.name}</bdi>;

import { agentIdOf, type MachineView, nodeAdminApi } from "@sallyport/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { signedIn } from "../../api/client.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { RECORDS } from "../../api/records.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Field } from "../../ui/index.tsx";
import { Problems, refusalOf, ShownOnceDialog } from "../keys/index.ts";
import { ConfirmDialog } from "../page/index.ts";
import { machineDetailQueries } from "./machine-detail.queries.ts";
import { machineQueries } from "./machines.queries.ts";
import { NodeSetup } from "./node-setup.tsx";

interface NodeDialogProps {
  machine: MachineView;
  onClose: () => void;
}

const FIELDS = ["agent_id", "hub_endpoint"] as const;

/** How a gateway, hub or spoke is addressed, and where a spoke's hub is. */
export function EditNodeDialog({ machine, onClose }: NodeDialogProps) {
  const { id, org_id, kind } = machine;
  const queries = useQueryClient();
  const node = useQuery(machineDetailQueries.node(org_id, id, useLiveStatus()));
  const [agentId, setAgentId] = useState(agentIdOf(machine));
  const [typedHub, setHub] = useState<string>();
  const hub = typedHub ?? node.data?.hub_endpoint ?? "";
  const save = useMutation({
    mutationFn: () =>
      signedIn((client) =>
        client.act(nodeAdminApi, "update", {
          org_id,
          node_id: id,
          agent_id: agentId.trim() || null,
          ...(typedHub !== undefined && { hub_endpoint: typedHub.trim() || null }),
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: machineQueries.all });
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      onClose();
    },
  });
  const form = useId();
  const refusal = refusalOf(save.error, FIELDS);
  const problemOf = (field: (typeof FIELDS)[number]) => (refusal?.field === field ? refusal.words : undefined);
  const field = { autoComplete: "off", autoCapitalize: "none", spellCheck: false };
  return (
    <Dialog
      title={t("Edit {{name}}", { name: machine.name })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={save.isPending}>
            {t("Save")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        className="grid gap-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Problems refusal={refusal} />
        <Field
          label={t("Agent ID")}
          placeholder={t("Its name")}
          hint={t("How commands address it.")}
          value={agentId}
          onChange={(event) => setAgentId(event.target.value)}
          problem={problemOf("agent_id")}
          autoFocus
          {...field}
        />
        {kind === "spoke" && (
          <Field
            label={t("Hub endpoint")}
            placeholder="hub.example.com:1194"
            hint={t("For the record; sessions do not use it.")}
            value={hub}
            onChange={(event) => setHub(event.target.value)}
            problem={problemOf("hub_endpoint")}
            {...field}
          />
        )}
      </form>
    </Dialog>
  );
}

/** Another token for a node whose own was lost, or is known to others; and what is pasted on it. */
export function RotateTokenDialog({ machine, onClose }: NodeDialogProps) {
  const rotate = useMutation({
    mutationFn: () =>
      signedIn((client) => client.act(nodeAdminApi, "rotate_token", { org_id: machine.org_id, node_id: machine.id })),
  });
  const made = rotate.data;
  if (made) {
    return (
      <ShownOnceDialog title={t("New token of {{name}}", { name: machine.name })} onClose={onClose}>
        {(onCopied) => <NodeSetup node={made} onCopied={onCopied} />}
      </ShownOnceDialog>
    );
  }
  return (
    <ConfirmDialog title={t("Make another token?")} button={t("Make another token")} act={rotate} onClose={onClose}>
      <p className="wrap-break-word">
        {rich(
          t(
            "The token that <0> has registers nothing any more. An agent that is connected stays so, until it is set up again.",
          ),
          <bdi className="font-medium text-ink">{machine.name}</bdi>,
        )}
      </p>
    </ConfirmDialog>
  );
}

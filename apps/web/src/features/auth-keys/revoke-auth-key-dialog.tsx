import { authKeyApi } from "@sallyport/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { RECORDS } from "../../api/records.ts";
import { rich } from "../../lib/rich-text.tsx";
import { plural, t } from "../../lib/texts.ts";
import { Notice, useToast } from "../../ui/index.tsx";
import { ConfirmDialog } from "../page/index.ts";
import type { AuthKeyRow } from "./auth-key.ts";
import { authKeyQueries } from "./auth-keys.queries.ts";

interface RevokeAuthKeyDialogProps {
  orgId: string;
  authKey: AuthKeyRow;
  onClose: () => void;
}

/** Asks before a key is revoked, and says which machines that quarantines. */
export function RevokeAuthKeyDialog({ orgId, authKey, onClose }: RevokeAuthKeyDialogProps) {
  const queries = useQueryClient();
  const toast = useToast();
  const machines = useQuery(authKeyQueries.machines(orgId, authKey.id, useLiveStatus()));
  const count = machines.data?.filter(({ status }) => status !== "quarantined").length;
  const revoke = useMutation({
    mutationFn: () =>
      signedIn((client) => client.act(authKeyApi, "revoke_auth_key", { org_id: orgId, key_id: authKey.id })),
    onSuccess: ({ machines_quarantined }) => {
      toast(
        plural(machines_quarantined, {
          one: "Revoked; {{count, number}} machine quarantined",
          other: "Revoked; {{count, number}} machines quarantined",
        }),
      );
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      onClose();
    },
  });

  return (
    <ConfirmDialog
      title={t("Revoke this auth key?")}
      button={t("Revoke key")}
      act={revoke}
      disabled={machines.isPending}
      onClose={onClose}
    >
      <p>
        {rich(
          t("Nothing can enrol with <0> any more. This cannot be undone."),
          <bdi className="font-medium text-ink">{authKey.name}</bdi>,
        )}
      </p>
      {machines.isError ? (
        <Notice tone="warn" title={t("The machines that it enrolled are quarantined")}>
          {t("How many they are is not known: {{error}}", { error: errorMessage(machines.error) })}
        </Notice>
      ) : count === undefined ? (
        <p role="status" className="text-ink-3 text-sm">
          {t("Counting its machines…")}
        </p>
      ) : count === 0 ? (
        <Notice title={t("No machine is quarantined by this")} />
      ) : (
        <Notice
          tone="warn"
          title={plural(count, {
            one: "{{count, number}} machine will be quarantined",
            other: "{{count, number}} machines will be quarantined",
          })}
        >
          {plural(count, {
            one: "It is disconnected and every session there ends. To come back, it has to sign out and enrol with another key.",
            other:
              "They are disconnected and every session there ends. To come back, a machine has to sign out and enrol with another key.",
          })}
        </Notice>
      )}
    </ConfirmDialog>
  );
}

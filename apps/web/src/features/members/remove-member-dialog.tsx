import { type MemberView, organisationApi } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { RECORDS } from "../../api/records.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { useToast } from "../../ui/index.tsx";
import { rereadAccess } from "../auth/index.ts";
import { ConfirmDialog } from "../page/index.ts";

interface RemoveMemberDialogProps {
  orgId: string;
  orgName: string;
  member: MemberView;
  isMine: boolean;
  onClose: () => void;
}

/** Asks before somebody, perhaps oneself, is taken out of the organisation. */
export function RemoveMemberDialog({ orgId, orgName, member, isMine, onClose }: RemoveMemberDialogProps) {
  const queries = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: async () => {
      await signedIn((client) =>
        client.act(organisationApi, "remove_member", { org_id: orgId, user_id: member.user_id }),
      );
      // Whoever has left is told nothing more of the organisation, not even that.
      if (isMine) await rereadAccess();
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      toast(isMine ? t("You have left {{orgName}}", { orgName }) : t("{{email}} was removed", { email: member.email }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={isMine ? t("Leave this organisation?") : t("Remove this member?")}
      button={isMine ? t("Leave") : t("Remove member")}
      act={remove}
      onClose={onClose}
    >
      <p className="wrap-break-word">
        {rich(
          isMine
            ? t("You lose access to <0> at once: running sessions end, and API keys for it stop working.")
            : t("<1> loses access to <0> at once: running sessions end, and API keys for it stop working."),
          <bdi className="font-medium text-ink">{orgName}</bdi>,
          <bdi className="font-medium text-ink">{member.email}</bdi>,
        )}
      </p>
      <p>
        {t("The account stays, and so do the machines.")}{" "}
        {isMine ? t("An owner or admin can add you again.") : t("You can add them again.")}
      </p>
    </ConfirmDialog>
  );
}

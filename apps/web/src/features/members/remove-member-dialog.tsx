import { type MemberView, organisationApi } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { RECORDS } from "../../api/records.ts";
import { Button, Dialog, Notice, useToast } from "../../ui/index.tsx";
import { rereadAccess } from "../auth/index.ts";

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
      toast(isMine ? `You have left ${orgName}` : `${member.email} was removed`);
      onClose();
    },
  });
  return (
    <Dialog
      title={isMine ? "Leave this organisation?" : "Remove this member?"}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose} autoFocus>
            Cancel
          </Button>
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {isMine ? "Leave" : "Remove member"}
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-ink-2">
        <p className="wrap-break-word">
          {isMine ? "You lose" : <bdi className="font-medium text-ink">{member.email}</bdi>}
          {isMine ? "" : " loses"} access to <bdi className="font-medium text-ink">{orgName}</bdi> at once: running
          sessions end, and API keys for it stop working.
        </p>
        <p>
          The account stays, and so do the machines. {isMine ? "An owner or admin can add you" : "You can add them"}{" "}
          again.
        </p>
        {remove.isError && <Notice tone="danger" title={errorMessage(remove.error)} />}
      </div>
    </Dialog>
  );
}

import { type MemberView, organisationApi, type Role } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { RECORDS } from "../../api/records.ts";
import { Button, Dialog, Notice, useToast } from "../../ui/index.tsx";
import { RolePicker } from "./role-picker.tsx";
import { ROLE_WORDS } from "./role-words.ts";

interface ChangeRoleDialogProps {
  orgId: string;
  member: MemberView;
  isMine: boolean;
  roles: readonly Role[];
  onClose: () => void;
}

/** Gives a member another role. */
export function ChangeRoleDialog({ orgId, member, isMine, roles, onClose }: ChangeRoleDialogProps) {
  const queries = useQueryClient();
  const toast = useToast();
  const [role, setRole] = useState<Role>(member.role);
  const change = useMutation({
    mutationFn: () =>
      signedIn((client) => client.act(organisationApi, "set_role", { org_id: orgId, user_id: member.user_id, role })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      toast(`${isMine ? "Your" : `${member.email}'s`} role is ${ROLE_WORDS[role].word.toLowerCase()} now`);
      onClose();
    },
  });
  return (
    <Dialog
      title={isMine ? "Change your own role" : "Change the role"}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose} autoFocus>
            Cancel
          </Button>
          <Button
            look="primary"
            busy={change.isPending}
            disabled={role === member.role}
            onClick={() => change.mutate()}
          >
            Change role
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <p className="wrap-break-word text-ink-2">
          <bdi className="font-medium text-ink">{member.email}</bdi> is {ROLE_WORDS[member.role].word.toLowerCase()}.
          What is open and the new role does not allow is ended at once.
        </p>
        <RolePicker roles={roles} value={role} onChange={setRole} />
        {isMine && role !== member.role && (
          <Notice tone="warn" title="This is you">
            Somebody else has to give your role back.
          </Notice>
        )}
        {change.isError && <Notice tone="danger" title={errorMessage(change.error)} />}
      </div>
    </Dialog>
  );
}

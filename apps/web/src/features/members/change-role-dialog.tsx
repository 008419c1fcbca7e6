import { type MemberView, organisationApi, type Role } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { RECORDS } from "../../api/records.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
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
      const word = ROLE_WORDS[role].word.toLowerCase();
      toast(
        isMine
          ? t("Your role is {{word}} now", { word })
          : t("{{email}}'s role is {{word}} now", { email: member.email, word }),
      );
      onClose();
    },
  });
  return (
    <Dialog
      title={isMine ? t("Change your own role") : t("Change the role")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose} autoFocus>
            {t("Cancel")}
          </Button>
          <Button
            look="primary"
            busy={change.isPending}
            disabled={role === member.role}
            onClick={() => change.mutate()}
          >
            {t("Change role")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <p className="wrap-break-word text-ink-2">
          {rich(
            t("<0> is {{role}}. What is open and the new role does not allow is ended at once.", {
              role: ROLE_WORDS[member.role].word.toLowerCase(),
            }),
            <bdi className="font-medium text-ink">{member.email}</bdi>,
          )}
        </p>
        <RolePicker roles={roles} value={role} onChange={setRole} />
        {isMine && role !== member.role && (
          <Notice tone="warn" title={t("This is you")}>
            {t("Somebody else has to give your role back.")}
          </Notice>
        )}
        {change.isError && <Notice tone="danger" title={errorMessage(change.error)} />}
      </div>
    </Dialog>
  );
}

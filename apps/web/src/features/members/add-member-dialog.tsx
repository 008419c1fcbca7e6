import { organisationApi, PASSWORD_BYTES, type Role } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { RECORDS } from "../../api/records.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Field, Notice, useToast } from "../../ui/index.tsx";
import { RolePicker } from "./role-picker.tsx";

interface AddMemberDialogProps {
  orgId: string;
  /** Those that one may give. */
  roles: readonly Role[];
  onClose: () => void;
}

/** Makes somebody a member; the account, too, when the address has none. No e-mail is sent. */
export function AddMemberDialog({ orgId, roles, onClose }: AddMemberDialogProps) {
  const formId = useId();
  const queries = useQueryClient();
  const toast = useToast();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("member");
  const add = useMutation({
    mutationFn: () =>
      signedIn((client) =>
        client.act(organisationApi, "add_member", { org_id: orgId, email, role, ...(password && { password }) }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      toast(t("{{value}} is a member now", { value: email.trim().toLowerCase() }));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("Add a member")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button type="submit" form={formId} look="primary" busy={add.isPending}>
            {t("Add member")}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Field
          label={t("E-mail address")}
          type="email"
          autoComplete="off"
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <RolePicker roles={roles} value={role} onChange={setRole} />
        <Field
          label={t("First password (optional)")}
          type="password"
          autoComplete="new-password"
          minLength={PASSWORD_BYTES.min}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          hint={t(
            "At least {{min}} characters. Only for an address without an account; one that has an account keeps its password.",
            { min: PASSWORD_BYTES.min },
          )}
        />
        <p className="text-ink-2 text-sm">
          {rich(
            t(
              "No e-mail is sent: tell them the address of this page and the password. An account without a password can sign in once the operator has set one with <0>.",
            ),
            <code className="wrap-break-word font-mono text-xs">npx sallyport user set-password</code>,
          )}
        </p>
        {add.isError && <Notice tone="danger" title={errorMessage(add.error)} />}
      </form>
    </Dialog>
  );
}

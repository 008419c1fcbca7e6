import { useMutation, useQueryClient } from "@tanstack/react-query";
import { errorMessage } from "../../api/errors.ts";
import { RECORDS } from "../../api/records.ts";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Notice, useToast } from "../../ui/index.tsx";
import type { AclRule } from "./acl-rule.ts";
import { describeRule } from "./describe-rule.ts";
import { deleteRule } from "./rule-writes.ts";

interface DeleteRuleDialogProps {
  orgId: string;
  rule: AclRule;
  onClose: () => void;
}

/** Asks before a rule is gone, and says what that changes. */
export function DeleteRuleDialog({ orgId, rule, onClose }: DeleteRuleDialogProps) {
  const queries = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () => deleteRule(orgId, rule.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      toast(t("Rule deleted"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("Delete this rule?")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose} autoFocus>
            {t("Cancel")}
          </Button>
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t("Delete rule")}
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-ink-2">
        {rule.name && <p className="wrap-break-word font-medium text-ink">{rule.name}</p>}
        <p className="wrap-break-word">{t("“{{rule}}” is taken out.", { rule: describeRule(rule) })}</p>
        <p>
          {rule.enabled
            ? t(
                "What it decided, the next rule that matches decides; where none does, it is allowed. It counts at once.",
              )
            : t("It is not enabled and decides nothing now.")}
        </p>
        {remove.isError && <Notice tone="danger" title={errorMessage(remove.error)} />}
      </div>
    </Dialog>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RECORDS } from "../../api/records.ts";
import { t } from "../../lib/texts.ts";
import { useToast } from "../../ui/index.tsx";
import { ConfirmDialog } from "../page/index.ts";
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
    <ConfirmDialog title={t("Delete this rule?")} button={t("Delete rule")} act={remove} onClose={onClose}>
      {rule.name && <p className="wrap-break-word font-medium text-ink">{rule.name}</p>}
      <p className="wrap-break-word">{t("“{{rule}}” is taken out.", { rule: describeRule(rule) })}</p>
      <p>
        {rule.enabled
          ? t("What it decided, the next rule that matches decides; where none does, it is allowed. It counts at once.")
          : t("It is not enabled and decides nothing now.")}
      </p>
    </ConfirmDialog>
  );
}

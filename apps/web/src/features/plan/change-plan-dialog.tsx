import { type Feature, organisationApi } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Minus, Plus } from "lucide-react";
import { signedIn } from "../../api/client.ts";
import { RECORDS } from "../../api/records.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { useToast } from "../../ui/index.tsx";
import { rereadAccess } from "../auth/index.ts";
import { ConfirmDialog } from "../page/index.ts";
import { comparePlans, FEATURE_WORDS, PLAN_NAMES, type PlanFeatures } from "./compare-plans.ts";

interface ChangePlanDialogProps {
  orgId: string;
  orgName: string;
  from: PlanFeatures;
  to: PlanFeatures;
  onClose: () => void;
}

/** Says what the other plan brings, takes and ends, before it is taken. */
export function ChangePlanDialog({ orgId, orgName, from, to, onClose }: ChangePlanDialogProps) {
  const queries = useQueryClient();
  const toast = useToast();
  const { gained, lost } = comparePlans(from, to);
  const change = useMutation({
    mutationFn: async () => {
      await signedIn((client) => client.act(organisationApi, "set_plan", { org_id: orgId, plan: to.plan }));
      await rereadAccess();
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      toast(t("The plan is {{value}} now", { value: PLAN_NAMES[to.plan] }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t("Change to {{value}}?", { value: PLAN_NAMES[to.plan] })}
      button={t("Change to {{value}}", { value: PLAN_NAMES[to.plan] })}
      look={lost.length > 0 ? "danger" : "primary"}
      act={change}
      onClose={onClose}
    >
      <p className="wrap-break-word">
        {rich(
          t("<0> goes from {{from}} to {{to}} at once.", { from: PLAN_NAMES[from.plan], to: PLAN_NAMES[to.plan] }),
          <bdi className="font-medium text-ink">{orgName}</bdi>,
        )}{" "}
        {gained.length + lost.length === 0 && t("Both include the same.")}
      </p>
      {gained.length > 0 && (
        <ul aria-label={t("Gained")} className="grid gap-2">
          {gained.map((feature) => (
            <li key={feature} className="flex gap-2.5">
              <Plus className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden="true" />
              <FeatureLine verb={t("Adds")} feature={feature} words={FEATURE_WORDS[feature].what} />
            </li>
          ))}
        </ul>
      )}
      {lost.length > 0 && (
        <ul aria-label={t("Lost")} className="grid gap-2">
          {lost.map((feature) => (
            <li key={feature} className="flex gap-2.5">
              <Minus className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden="true" />
              <FeatureLine verb={t("Takes away")} feature={feature} words={FEATURE_WORDS[feature].ends} />
            </li>
          ))}
        </ul>
      )}
    </ConfirmDialog>
  );
}

const FeatureLine = ({ verb, feature, words }: { verb: string; feature: Feature; words: string }) => (
  <span className="text-sm">
    <span className="block font-medium text-ink">
      {verb} {FEATURE_WORDS[feature].name.toLowerCase()}
    </span>
    <span className="block">{words}</span>
  </span>
);

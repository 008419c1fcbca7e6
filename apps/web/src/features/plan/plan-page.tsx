import { FEATURES, type Membership } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { EmptyState, Notice, TableSkeleton } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { Loaded, PageHeader } from "../page/index.ts";
import { ChangePlanDialog } from "./change-plan-dialog.tsx";
import { ALWAYS_INCLUDED, FEATURE_WORDS, PLAN_NAMES, type PlanFeatures } from "./compare-plans.ts";
import { planQueries } from "./plan.queries.ts";
import { PlanCard } from "./plan-card.tsx";

/** The organisation's plan, what each one includes, and the way from one to another. */
export function PlanPage() {
  const { org } = useOrg();
  return org ? (
    <Plans key={org.id} org={org} />
  ) : (
    <>
      <PageHeader title={t("Billing")} />
      <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
    </>
  );
}

function Plans({ org }: { org: Membership }) {
  const answer = useQuery(planQueries.list(org.id, useLiveStatus()));
  const [wanted, setWanted] = useState<PlanFeatures>();
  const isOwner = org.role === "owner";
  const current = answer.data?.plans.find(({ plan }) => plan === answer.data.current);
  return (
    <>
      <PageHeader
        title={t("Billing")}
        summary={current && t("{{name}} is on the {{value}} plan", { name: org.name, value: PLAN_NAMES[current.plan] })}
      />
      <Loaded
        query={answer}
        what={t("the plans")}
        skeleton={<TableSkeleton what={t("plans")} rows={3} />}
        refused={t("Only members see the plan")}
      >
        {({ plans }) => (
          <div className="grid gap-6">
            {!isOwner && (
              <Notice title={t("Only owners change the plan")}>
                {t("Ask one of them; Members says who they are.")}
              </Notice>
            )}
            <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-5">
              {plans.map((each) => (
                <PlanCard
                  key={each.plan}
                  of={each}
                  isCurrent={each.plan === current?.plan}
                  onChoose={isOwner ? () => setWanted(each) : undefined}
                />
              ))}
            </div>
            <dl className="grid max-w-2xl gap-x-6 gap-y-2 text-sm sm:grid-cols-[11rem_1fr]">
              {FEATURES.map((feature) => (
                <Explained key={feature} word={FEATURE_WORDS[feature].name}>
                  {FEATURE_WORDS[feature].what}
                </Explained>
              ))}
              <Explained word={t("In every plan")}>{ALWAYS_INCLUDED}</Explained>
            </dl>
            <p className="max-w-2xl text-ink-3 text-sm">
              {t(
                "This is your own control plane: a plan decides what works, and nothing is charged. Its operator decides what each plan includes.",
              )}
            </p>
          </div>
        )}
      </Loaded>
      {wanted && current && (
        <ChangePlanDialog
          orgId={org.id}
          orgName={org.name}
          from={current}
          to={wanted}
          onClose={() => setWanted(undefined)}
        />
      )}
    </>
  );
}

const Explained = ({ word, children }: { word: string; children: string }) => (
  <>
    <dt className="font-medium">{word}</dt>
    <dd className="text-ink-2 max-sm:mb-2">{children}</dd>
  </>
);

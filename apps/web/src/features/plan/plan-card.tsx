import { FEATURES } from "@sallyport/protocol";
import { Check, Minus } from "lucide-react";
import { useId } from "react";
import { t } from "../../lib/texts.ts";
import { Badge, Button } from "../../ui/index.tsx";
import { FEATURE_WORDS, PLAN_NAMES, type PlanFeatures } from "./compare-plans.ts";

interface PlanCardProps {
  of: PlanFeatures;
  isCurrent: boolean;
  /** Absent for those who may not change it. */
  onChoose?: (() => void) | undefined;
}

/** One plan: what is in it, what is not, and the way to it. */
export function PlanCard({ of: { plan, features }, isCurrent, onChoose }: PlanCardProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      aria-current={isCurrent ? "true" : undefined}
      className={`flex min-w-0 flex-col gap-3 rounded-lg border bg-surface p-4 shadow-card ${isCurrent ? "border-accent" : "border-line"}`}
    >
      <div className="flex h-5 items-center justify-between gap-2">
        <h2 id={id} className="font-semibold text-base">
          {PLAN_NAMES[plan]}
        </h2>
        {isCurrent && <Badge tone="accent">{t("Current")}</Badge>}
      </div>
      <ul className="grid gap-2 text-sm">
        {FEATURES.map((feature) => {
          const isIn = features.includes(feature);
          const Icon = isIn ? Check : Minus;
          return (
            <li key={feature} className={`flex gap-2 ${isIn ? "text-ink" : "text-ink-3"}`}>
              <Icon className={`mt-0.5 size-4 shrink-0 ${isIn ? "text-ok" : ""}`} aria-hidden="true" />
              <span>
                {!isIn && <span className="sr-only">{t("Without")} </span>}
                {FEATURE_WORDS[feature].name}
              </span>
            </li>
          );
        })}
      </ul>
      {onChoose && !isCurrent && (
        <Button size="small" onClick={onChoose} className="mt-auto w-full">
          {t("Change")}
          <span className="sr-only">{t(" to {{plan}}", { plan: PLAN_NAMES[plan] })}</span>
        </Button>
      )}
    </section>
  );
}

/** What a plan has, and what a change of it would bring and take. Pure. */
import { FEATURES, type Feature, type Plan } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";

export interface PlanFeatures {
  plan: Plan;
  features: readonly Feature[];
}

export const PLAN_NAMES: Record<Plan, string> = {
  free: t("Free"),
  starter: t("Starter"),
  business: t("Business"),
  workforce: t("Workforce"),
  enterprise: t("Enterprise"),
};

export const FEATURE_WORDS: Record<Feature, { name: string; what: string; ends: string }> = {
  remote_management: {
    name: t("Remote management"),
    what: t("Shells, commands and diagnostics on machines"),
    ends: t(
      "Shells that run are ended at once, with what runs in them. New shells, commands and diagnostics are refused.",
    ),
  },
  remote_desktop: {
    name: t("Remote desktop"),
    what: t("Desktops in the browser, with or without consent"),
    ends: t("Desktop sessions that are open are ended at once. New ones are refused."),
  },
};

/** What every plan has. */
export const ALWAYS_INCLUDED = t("Machines and their presence, auth keys, access rules, members and the audit log");

export interface PlanChange {
  gained: readonly Feature[];
  lost: readonly Feature[];
}

export function comparePlans(from: PlanFeatures, to: PlanFeatures): PlanChange {
  const has = (of: PlanFeatures) => (feature: Feature) => of.features.includes(feature);
  return {
    gained: FEATURES.filter((feature) => has(to)(feature) && !has(from)(feature)),
    lost: FEATURES.filter((feature) => has(from)(feature) && !has(to)(feature)),
  };
}

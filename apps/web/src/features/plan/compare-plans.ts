/** What a plan has, and what a change of it would bring and take. Pure. */
import { FEATURES, type Feature, type Plan } from "@sallyport/protocol";

export interface PlanFeatures {
  plan: Plan;
  features: readonly Feature[];
}

export const PLAN_NAMES: Record<Plan, string> = {
  free: "Free",
  starter: "Starter",
  business: "Business",
  workforce: "Workforce",
  enterprise: "Enterprise",
};

export const FEATURE_WORDS: Record<Feature, { name: string; what: string; ends: string }> = {
  remote_management: {
    name: "Remote management",
    what: "Shells, commands and diagnostics on machines",
    ends: "Shells that run are ended at once, with what runs in them. New shells, commands and diagnostics are refused.",
  },
  remote_desktop: {
    name: "Remote desktop",
    what: "Desktops in the browser, with or without consent",
    ends: "Desktop sessions that are open are ended at once. New ones are refused.",
  },
};

/** What every plan has. */
export const ALWAYS_INCLUDED = "Machines and their presence, auth keys, access rules, members and the audit log";

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

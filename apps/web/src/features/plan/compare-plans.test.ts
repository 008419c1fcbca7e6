import { FEATURES, PLAN_FEATURES, PLANS } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { comparePlans, type PlanFeatures } from "./compare-plans.ts";

const plans = PLANS.map(
  (plan): PlanFeatures => ({ plan, features: FEATURES.filter((feature) => PLAN_FEATURES[feature].includes(plan)) }),
);

test("an upgrade gains, the way back loses the same, and nothing changes within a plan", () => {
  for (const from of plans) {
    expect(comparePlans(from, from)).toEqual({ gained: [], lost: [] });
    for (const to of plans) {
      const change = comparePlans(from, to);
      expect(comparePlans(to, from)).toEqual({ gained: change.lost, lost: change.gained });
    }
  }
});

test("X-02 business to workforce brings remote management and keeps desktops", () => {
  const [, , business, workforce] = plans;
  if (!business || !workforce) throw new Error("plans are missing");
  expect(comparePlans(business, workforce)).toEqual({ gained: ["remote_management"], lost: [] });
});

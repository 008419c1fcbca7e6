export { PLAN_NAMES } from "./compare-plans.ts";

export { findStanding } from "./access.store.ts";
export type { Actor, ApiCallers, NodeActor, ScheduleActor } from "./actor.ts";
export { admit } from "./admit.ts";
export { decideAdmission, hasRight, type Standing } from "./decide-admission.ts";
export { type OrgScope, vouchForOrg } from "./org-scope.ts";
export { parseSelector, type Selector, type Subnet } from "./rule-selector.ts";

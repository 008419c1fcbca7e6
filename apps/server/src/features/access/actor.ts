import type { Role } from "@sallyport/protocol";
import type { OrgScope } from "./org-scope.ts";

/** What an API key leaves of its maker's rights: one organisation, and there no more than this role. */
export interface Limits {
  orgId: string;
  role: Role;
}

/** Whose rights are asked for. `limits` is null for a person who signed in; it is never left out by mistake. */
export interface RightsHolder {
  userId: string;
  limits: Limits | null;
}

/** The answer to "who is asking": a signed-in person, or an API key of theirs. The sign-in's id lets it be ended at once. */
export interface Actor extends RightsHolder {
  email: string;
  signInId: string;
}

/** A machine that has shown its node key. */
export interface NodeActor {
  machineId: string;
  scope: OrgScope;
}

/** Somebody who may run scheduled work: for all organisations, or for those whose administrator he is. */
export interface ScheduleActor {
  orgIds: readonly string[] | "all";
}

/** Everybody who may call the API. */
export interface ApiCallers {
  user: Actor;
  node: NodeActor;
  schedule: ScheduleActor;
  scope: OrgScope;
}

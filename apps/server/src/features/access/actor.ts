import type { OrgScope } from "./org-scope.ts";

/** The answer to "who is asking": a signed-in person. The sign-in's id lets it be ended at once. */
export interface Actor {
  userId: string;
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

import { authApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { ApiCallers } from "../access/index.ts";
import { listMemberships } from "./auth.store.ts";
import type { SignIns } from "./sign-in.ts";

export function bindAuth(bind: EndpointBinder<ApiCallers>, { db, signIns }: { db: Database; signIns: SignIns }): void {
  bind.endpoint(authApi.login, ({ body, ...caller }) => signIns.signIn(body, caller));
  bind.endpoint(authApi.refresh, ({ body, ...caller }) => signIns.refresh(body.refresh_token, caller));
  bind.endpoint(authApi.logout, async ({ actor, ipAddress }) => {
    await signIns.signOut(actor.signInId, { by: actor.userId, reason: "signed_out", ipAddress });
    return { logged_out: true as const };
  });
  bind.endpoint(authApi.me, async ({ actor }) => ({
    user: { id: actor.userId, email: actor.email },
    orgs: await listMemberships(db, actor.userId),
  }));
}

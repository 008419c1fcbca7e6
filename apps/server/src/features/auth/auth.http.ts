import { authApi, deviceApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import { type ApiCallers, limitRole } from "../access/index.ts";
import { listMemberships } from "./auth.store.ts";
import type { DeviceSignIns } from "./device-sign-ins.ts";
import type { SignIns } from "./sign-in.ts";

interface AuthDeps {
  db: Database;
  signIns: SignIns;
  devices: DeviceSignIns;
}

export function bindAuth(bind: EndpointBinder<ApiCallers>, { db, signIns, devices }: AuthDeps): void {
  bind.endpoint(authApi.login, ({ body, ...caller }) => signIns.signIn(body, caller));
  bind.endpoint(authApi.refresh, ({ body, ...caller }) => signIns.refresh(body.refresh_token, caller));
  bind.endpoint(authApi.logout, async ({ actor, ipAddress }) => {
    await signIns.signOut(actor.signInId, { by: actor.userId, reason: "signed_out", ipAddress });
    return { logged_out: true as const };
  });
  bind.endpoint(authApi.me, async ({ actor }) => ({
    user: { id: actor.userId, email: actor.email },
    orgs: (await listMemberships(db, actor.userId)).flatMap((org) => {
      const role = limitRole(org.role, org.id, actor.limits);
      return role === undefined ? [] : [{ ...org, role }];
    }),
  }));
  bind.endpoint(deviceApi.start, ({ body, ipAddress }) => devices.start({ clientName: body.client_name, ipAddress }));
  bind.endpoint(deviceApi.token, ({ body, ...caller }) => devices.claim(body.device_code, caller));
  bind.endpoint(deviceApi.pending, ({ body, ...judge }) => devices.look(body.user_code, judge));
  bind.endpoint(deviceApi.decide, async ({ body, ...judge }) => {
    await devices.decide(body.user_code, body.approve, judge);
    return { approved: body.approve };
  });
}

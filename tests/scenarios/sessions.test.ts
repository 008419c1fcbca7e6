/** Sessions over HTTP: who sees them, who may attach, who may end them. */

import { shellSocket } from "@sallyport/client";
import { machineAdminApi, shellApi } from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { anyDatabase } from "../harness/postgres.ts";
import { type Person, type RunningAgent, System } from "../harness/system.ts";
import { FramedPerson, handshake, ticketFor } from "../harness/viewer.ts";
import { TestWindow } from "../harness/window.ts";

let system: System;
let agent: RunningAgent;
let tenant: Person;
let admin: Person;
beforeAll(async () => {
  system = await System.start(await anyDatabase());
  agent = await system.startAgent();
  [tenant, admin] = [await system.tenant(), await system.person("admin")];
});
afterEach(() => system.endSessions());
afterAll(() => system?.stop());

const where = (who = system.owner) => ({ baseUrl: system.url, who, machineId: agent.machine.id });
const list = async (who: Person, status?: "active" | "ended", org_id = who.orgId) =>
  (await who.api.act(shellApi, "list_sessions", { org_id, ...(status && { status }) })).sessions;
const status = (who: Person, session_id: string, reattach_token?: string, org_id = who.orgId) =>
  who.api.act(shellApi, "session_status", { org_id, session_id, ...(reattach_token && { reattach_token }) });
const end = (who: Person, session_id: string, org_id = who.orgId) =>
  who.api.act(shellApi, "end_session", { org_id, session_id });
const refused = (code: string) => expect.objectContaining({ code });

async function aSession(who = system.owner): Promise<{ window: TestWindow; id: string; reattachToken: string }> {
  const window = new TestWindow(where(who));
  await window.is("connected");
  return { window, id: window.session.sessionId ?? "", reattachToken: window.session.reattachToken };
}

describe("listing", () => {
  test("shows who is on what since when, and afterwards how it ended", async () => {
    const { window, id } = await aSession();
    expect(await list(admin)).toEqual([
      {
        id,
        kind: "shell",
        machine_id: agent.machine.id,
        machine_name: "Linux-C",
        user_id: system.owner.user.id,
        user_email: system.owner.user.email,
        status: "active",
        attached: true,
        attached_at: expect.any(String),
        ip_address: "127.0.0.1",
        created_at: expect.any(String),
        ended_at: null,
        cause: null,
        exit_code: null,
      },
    ]);
    window.type("exit 9\r");
    await window.is("ended");
    await system.until(async () => (await list(admin)).length === 0, "the row to end");
    expect((await list(admin, "ended"))[0]).toMatchObject({ id, status: "ended", cause: "exited", exit_code: 9 });
  });

  test("is for administrators of the organisation, each of his own", async () => {
    const { id } = await aSession();
    for (const role of ["member", "auditor"] as const) {
      await expect(list(await system.person(role))).rejects.toEqual(refused("FORBIDDEN"));
    }
    await expect(list(tenant, "active", system.owner.orgId)).rejects.toEqual(refused("FORBIDDEN"));
    expect((await list(tenant)).map((session) => session.id)).not.toContain(id);
  });
});

describe("asking for one", () => {
  test("tells whether this window, another one or another person may attach", async () => {
    const { window, id, reattachToken } = await aSession();
    expect(await status(system.owner, id, reattachToken)).toMatchObject({ may_attach: "yes", session: { id } });
    expect(await status(system.owner, id, "x".repeat(43))).toMatchObject({ may_attach: "takeover" });
    expect(await status(admin, id)).toMatchObject({ may_attach: "no" });
    window.type("exit\r");
    await window.is("ended");
    await system.until(async () => (await list(admin)).length === 0, "the row to end");
    expect(await status(system.owner, id, reattachToken)).toMatchObject({ may_attach: "no" });
  });

  test.each(["session_status", "end_session"] as const)(
    "%s does not find what is not in the organisation",
    async (action) => {
      const { id, window } = await aSession();
      const ask = action === "session_status" ? status : end;
      for (const wrong of ["00000000-0000-4000-8000-000000000000", "not-a-uuid", "' OR 1=1 --"]) {
        await expect(ask(system.owner, wrong)).rejects.toEqual(refused("NOT_FOUND"));
      }
      await expect(ask(tenant, id)).rejects.toEqual(refused("NOT_FOUND"));
      for (const role of ["member", "auditor"] as const) {
        await expect(ask(await system.person(role), id)).rejects.toEqual(refused("FORBIDDEN"));
      }
      expect(window.state).toBe("connected");
    },
  );
});

describe("ending one", () => {
  test("is any administrator's right: the viewer is told, the row and the audit log know who", async () => {
    const { window, id } = await aSession();
    expect(await end(admin, id)).toEqual({ session_id: id, status: "ended" });
    await window.is("ended");
    expect(window.states.at(-1)).toMatchObject({ cause: "session_revoked", closeCode: 4403 });
    expect((await list(admin, "ended"))[0]).toMatchObject({ id, cause: "session_revoked" });
    const audit = await system.sql(
      `SELECT actor_id, metadata->>'session_user_id' AS whose FROM audit_logs
       WHERE action = 'session.disconnected' AND metadata->>'session_id' = '${id}'`,
    );
    expect(audit).toEqual([{ actor_id: admin.user.id, whose: system.owner.user.id }]);
    // Once is enough, and twice is no mistake.
    expect(await end(admin, id)).toEqual({ session_id: id, status: "ended" });
  });
});

test("deleting its machine ends a session, and leaves that in the audit log", async () => {
  const doomed = await system.startAgent("Linux-D");
  const window = new TestWindow({ ...where(), machineId: doomed.machine.id });
  await window.is("connected");
  const { orgId, api } = system.owner;
  await api.act(machineAdminApi, "delete", { org_id: orgId, machine_id: doomed.machine.id });
  await window.is("ended");
  expect(window.states.at(-1)).toMatchObject({ cause: "session_revoked", closeCode: 4403 });
  const audit = await system.sql(
    `SELECT metadata->>'cause' AS cause FROM audit_logs
     WHERE action = 'session.disconnected' AND resource_id = '${doomed.machine.id}'`,
  );
  expect(audit).toEqual([{ cause: "session_revoked" }]);
  await doomed.stop();
});

describe("the socket", () => {
  const attach = (who: Person, sessionId: string, takeOver = false) => {
    const { baseUrl, machineId } = where(who);
    const access = { baseUrl, machineId, orgId: who.orgId, accessToken: who.access_token };
    const { url, protocols } = shellSocket({ ...access, sessionId, takeOver });
    return handshake(url, { protocols });
  };

  test("does not find another administrator's session, taken over or not", async () => {
    const { id, window } = await aSession();
    for (const takeOver of [false, true]) {
      expect(await attach(admin, id, takeOver)).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
    }
    expect(window.state).toBe("connected");
  });

  test("refuses a session that another window has, and one that has ended", async () => {
    const { id, window } = await aSession();
    expect(await attach(system.owner, id)).toMatchObject({
      status: 409,
      body: { error: { code: "SESSION_ATTACHED" } },
    });
    window.type("exit\r");
    await window.is("ended");
    await system.until(async () => (await list(admin)).length === 0, "the row to end");
    expect(await attach(system.owner, id, true)).toMatchObject({ body: { error: { code: "SESSION_ENDED" } } });
  });

  test("shows a session's shell token to nobody twice, except to the very window", async () => {
    const ticket = await ticketFor(system, agent.machine.id);
    const first = new FramedPerson(ticket);
    await first.attached;
    const { url, protocols } = shellSocket(ticket);
    expect(await handshake(url, { protocols })).toMatchObject({
      status: 401,
      body: { error: { code: "INVALID_SHELL_TOKEN" } },
    });
  });
});

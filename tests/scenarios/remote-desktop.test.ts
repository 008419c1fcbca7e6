/** Source 02, "Remote desktop access control": every executable row of the contract, on a real server. */
import {
  type DashboardEvent,
  desktopApi,
  ICE_CANDIDATES_PER_SIDE,
  machineAdminApi,
  organisationApi,
  type Registration,
  SDP_BYTES,
} from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LiveEars, MachineLink } from "../harness/live-ends.ts";
import { freshDatabase } from "../harness/postgres.ts";
import { DATABASES, type Person, System } from "../harness/system.ts";

const SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
const CANDIDATE = "candidate:1 1 UDP 2130706431 192.168.1.10 54321 typ host";

interface Answer {
  status: number;
  success: boolean;
  data: Record<string, unknown>;
  error: { code: string; message: string; session_id?: string };
}

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  /** The documents' machines: the viewer's, and the target. */
  let winA: Registration;
  let winB: Registration;
  let member: Person;
  let other: Person;

  beforeAll(async () => {
    // These machines have no agent that beats; one test makes its own fall silent.
    const environment = { HEARTBEAT_TIMEOUT_SECONDS: "600" };
    system = await System.start({ ...environment, ...(url && { DATABASE_URL: await freshDatabase(url) }) });
    [winA, winB] = [await system.register("Win-A"), await system.register("Win-B")];
    [member, other] = [await system.person("member"), await system.person("member")];
  });
  afterAll(() => system.stop());
  afterEach(async () => {
    await post({ action: "terminate", org_id: system.owner.orgId, machine_id: winB.machine_id });
    await system.sql("DELETE FROM acl_rules RETURNING id");
  });

  async function post(body: unknown, token: string | null = system.owner.access_token): Promise<Answer> {
    const response = await fetch(`${system.url}/api/remote-desktop`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token !== null && { authorization: `Bearer ${token}` }) },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
  }
  const act = (action: string, fields: object, who: Person = system.owner) =>
    post({ action, org_id: who.orgId, ...fields }, who.access_token);
  const initiate = (who: Person, fields: object = {}) =>
    act("initiate", { machine_id: winB.machine_id, ...fields }, who);
  const peer = async (who: Person = member) => String((await initiate(who, { session_type: "peer" })).data.session_id);
  const admin = async () => String((await initiate(system.owner, { session_type: "admin" })).data.session_id);
  const statusOf = async (session_id: string, who: Person = system.owner) =>
    (await act("status", { session_id }, who)).data.session as Record<string, unknown>;
  const said = ({ status, error }: Answer) => [status, error?.code];
  const rows = async (path: string, who: Person = system.owner) => {
    const headers = { authorization: `Bearer ${who.access_token}` };
    const response = await fetch(`${system.url}/api/db/${path}`, { headers });
    return ((await response.json()) as { data: Record<string, unknown>[] }).data;
  };
  const events = (action: string, resourceId: string) =>
    rows(`audit_logs?org_id=${system.owner.orgId}&action=eq.${action}&resource_id=eq.${resourceId}`);
  const rule = (values: Record<string, unknown>) => {
    const all = { org_id: system.owner.orgId, protocol: "*", priority: 100, ...values };
    const columns = Object.keys(all).join(", ");
    const literals = Object.values(all).map((value) => (typeof value === "number" ? value : `'${value}'`));
    return system.sql(`INSERT INTO acl_rules (${columns}) VALUES (${literals.join(", ")}) RETURNING id`);
  };

  describe("who may ask", () => {
    test("RD-008 RD-037 RD-038 RD-039 RD-040 RD-041 RD-042 RD-045 RD-127 RD-119 RD-132 RD-133 RD-136 a plan without the feature, before the machine is looked at", async () => {
      const free = await system.tenant("free");
      const answer = await act("initiate", { machine_id: winB.machine_id, session_type: "admin" }, free);
      expect(said(answer)).toEqual([403, "FEATURE_NOT_ENABLED"]);
      expect(answer.success).toBe(false);
      expect(await rows(`remote_desktop_sessions?org_id=eq.${free.orgId}`, free)).toEqual([]);
      expect(await rows(`remote_desktop_sessions?org_id=eq.${free.orgId}`)).toEqual([]);
    });

    test.each([
      ["free", "FEATURE_NOT_ENABLED"],
      ["starter", "FEATURE_NOT_ENABLED"],
      ["business", "NOT_FOUND"],
      ["workforce", "NOT_FOUND"],
      ["enterprise", "NOT_FOUND"],
    ] as const)("RD-006 RD-007 RD-170 X-02 on the plan %s: %s", async (plan, code) => {
      const tenant = await system.tenant(plan);
      expect((await act("initiate", { machine_id: "nowhere" }, tenant)).error.code).toBe(code);
    });

    test("RD-005 RD-044 RD-047 the gate reads plan and plan_features at every request", async () => {
      const tenant = await system.tenant("enterprise");
      await system.sql(`UPDATE orgs SET plan = 'free' WHERE id = '${tenant.orgId}' RETURNING id`);
      expect((await act("list", {}, tenant)).error.code).toBe("FEATURE_NOT_ENABLED");
      await system.sql(
        "UPDATE plan_features SET enabled = TRUE WHERE plan = 'free' AND feature = 'remote_desktop' RETURNING plan",
      );
      expect((await act("list", {}, tenant)).status).toBe(200);
      await system.sql(
        "UPDATE plan_features SET enabled = FALSE WHERE plan = 'free' AND feature = 'remote_desktop' RETURNING plan",
      );
    });

    test.each([
      ["no token", null],
      ["a malformed token", "invalid.token.here"],
    ])("RD-046 RD-120 X-05 X-06 %s is 401 before anything else", async (_name, token) => {
      for (const body of ["not-json", "{}", { action: "initiate" }, { action: "nonsense" }, { action: "offer" }]) {
        expect(said(await post(body, token))).toEqual([401, "UNAUTHORIZED"]);
      }
    });

    test("RD-153 X-06 with a token: JSON, action, org_id, gate and role, unknown action, fields", async () => {
      expect(said(await post("not-json"))).toEqual([400, "INVALID_JSON"]);
      expect((await post({})).error).toMatchObject({ code: "MISSING_FIELDS", message: "action required" });
      expect((await post({ action: "initiate" })).error).toMatchObject({ message: "org_id required" });
      expect(said(await act("nonsense", {}))).toEqual([400, "UNKNOWN_ACTION"]);
      expect((await act("initiate", {})).error).toMatchObject({ message: "machine_id required" });
      expect((await act("offer", { session_id: "x" })).error).toMatchObject({ message: "sdp_offer required" });
      expect(said(await initiate(system.owner, { session_type: "owner" }))).toEqual([400, "INVALID_INPUT"]);
    });

    test("RD-009 RD-048 RD-055 RD-128 RD-121 an admin session takes an administrator", async () => {
      const answer = await initiate(member, { session_type: "admin" });
      expect(said(answer)).toEqual([403, "FORBIDDEN"]);
      expect(answer.error.message).toBe("Admin access required for admin sessions");
    });

    test("RD-010 RD-049 RD-050 RD-051 RD-052 RD-053 RD-054 RD-073 RD-094 RD-101 RD-128 a member may have a peer session, with consent", async () => {
      const answer = await initiate(member, { session_type: "peer" });
      expect(answer).toMatchObject({ status: 200, success: true, data: { consent_required: true, status: "pending" } });
      const session = await statusOf(String(answer.data.session_id), member);
      expect(session).toMatchObject({
        status: "pending",
        session_type: "peer",
        viewer_user_id: member.user.id,
        machine_id: winB.machine_id,
        consent_granted: null,
      });
      const cleaned = await act("terminate", { machine_id: winB.machine_id });
      expect(cleaned.data).toEqual({ terminated_count: 1 });
    });

    test("RD-139 without a type it is a peer session, the lesser of the two", async () => {
      expect((await initiate(member)).data).toMatchObject({ session_type: "peer", consent_required: true });
    });

    test("RD-057 RD-056 T9.1 somebody who is no member is refused, like everybody for an organisation that does not exist", async () => {
      const stranger = await system.tenant();
      const answer = await post(
        { action: "initiate", org_id: system.owner.orgId, machine_id: winB.machine_id },
        stranger.access_token,
      );
      expect(said(answer)).toEqual([403, "FORBIDDEN"]);
      const session_id = await admin();
      for (const action of ["status", "disconnect", "approve_consent", "terminate", "offer"]) {
        const body = { action, org_id: system.owner.orgId, session_id, sdp_offer: SDP };
        expect(said(await post(body, stranger.access_token))).toEqual([403, "FORBIDDEN"]);
        // Under his own organisation, another's session does not exist.
        expect(said(await act(action, { session_id, sdp_offer: SDP }, stranger))).toEqual([404, "NOT_FOUND"]);
      }
      expect((await statusOf(session_id)).status).toBe("pending");
    });

    test("RD-036 RD-152 U-RD-03 an offline machine, also one that fell silent", async () => {
      const silent = await system.register("silent");
      await system.sql(
        `UPDATE machines SET last_seen = now() - interval '601 seconds' WHERE id = '${silent.machine_id}' RETURNING id`,
      );
      const answer = await act("initiate", { machine_id: silent.machine_id, session_type: "admin" });
      expect(said(answer)).toEqual([400, "MACHINE_OFFLINE"]);
      expect(answer.error.message).toBe("Machine must be online for remote desktop");
    });

    test("X-30 a machine on which sessions are switched off", async () => {
      const machine_id = (await system.register("off")).machine_id;
      const org_id = system.owner.orgId;
      await system.owner.api.act(machineAdminApi, "set_session_enabled", {
        org_id,
        machine_id,
        session_enabled: false,
      });
      expect(said(await act("initiate", { machine_id, session_type: "admin" }))).toEqual([403, "FORBIDDEN"]);
    });

    test("RD-147 X-22 RD-104 RD-105 a second session of the same viewer on the machine", async () => {
      const session_id = await peer();
      const second = await initiate(member, { session_type: "peer" });
      expect(said(second)).toEqual([409, "SESSION_EXISTS"]);
      expect(second.error.session_id).toBe(session_id);
      expect((await initiate(other, { session_type: "peer" })).status).toBe(200);
      await act("terminate", { session_id });
      expect((await initiate(member, { session_type: "peer" })).status).toBe(200);
    });

    test("R-17 X-22 of 20 at once, one viewer gets one session", async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => initiate(member)));
      const [made, ...more] = answers.filter(({ status }) => status === 200);
      expect(more).toEqual([]);
      for (const { status, error } of answers.filter((answer) => answer !== made)) {
        expect([status, error.session_id]).toEqual([409, made?.data.session_id]);
      }
    });
  });

  describe("access rules between machines", () => {
    const asA = () => initiate(member, { session_type: "peer", viewer_machine_id: winA.machine_id });

    test("RD-011 RD-012 RD-013 RD-014 RD-058 RD-060 RD-061 RD-063 RD-072 RD-122 RD-129 a rule denies before a session exists; an admin session does not ask", async () => {
      await rule({ action: "deny", source: "Win-A", destination: "Win-B", priority: 1, description: "ACL test" });
      const answer = await asA();
      expect(said(answer)).toEqual([403, "ACL_DENIED"]);
      expect(answer.error.message).toBe("ACL rules deny access between these machines");
      expect(await rows(`remote_desktop_sessions?org_id=${system.owner.orgId}&status=pending`)).toEqual([]);
      expect((await initiate(system.owner, { session_type: "admin" })).success).toBe(true);
    });

    test("RD-062 RD-069 an admin session skips the rules even for the viewer's own machine", async () => {
      await rule({ action: "deny", source: "*", destination: "*", priority: 1 });
      const answer = await initiate(system.owner, { session_type: "admin", viewer_machine_id: winA.machine_id });
      expect(answer.success).toBe(true);
    });

    test.each([
      ["RD-071 by name", () => ({ source: "Win-A", destination: "Win-B" })],
      ["RD-159 by a name in another case", () => ({ source: "win-a", destination: "WIN-B" })],
      ["RD-071 by tailnet address", () => ({ source: winA.tailnet_ip, destination: winB.tailnet_ip })],
      ["RD-013 RD-161 by *", () => ({ source: "*", destination: "*" })],
      ["by subnet", () => ({ source: `${winA.tailnet_ip}/32`, destination: "100.64.0.0/10" })],
      ["by tag", () => ({ source: "tag:laptop", destination: "tag:prod" })],
    ])("%s", async (_name, selectors) => {
      await system.sql(`UPDATE machines SET tags = '{laptop}' WHERE id = '${winA.machine_id}' RETURNING id`);
      await system.sql(`UPDATE machines SET tags = '{prod}' WHERE id = '${winB.machine_id}' RETURNING id`);
      await rule({ action: "deny", ...selectors(), priority: 1 });
      expect(said(await asA())).toEqual([403, "ACL_DENIED"]);
    });

    test.each([
      ["RD-066 RD-067 an allow rule before it", { action: "allow", source: "*", destination: "*", priority: 0 }],
      ["RD-015 none that matches", undefined],
    ])("%s lets the session be", async (_name, first) => {
      if (first) await rule(first);
      await rule({ action: "deny", source: "Win-A", destination: first ? "Win-B" : "Win-C", priority: 1 });
      expect((await asA()).status).toBe(200);
    });

    test("RD-158 a rule that is switched off counts for nothing", async () => {
      await rule({ action: "deny", source: "*", destination: "*", priority: 1, enabled: false });
      expect((await asA()).status).toBe(200);
    });

    test("RD-160 X-19 of two with the same priority, the older one counts", async () => {
      await rule({ action: "allow", source: "*", destination: "*", priority: 5 });
      await rule({ action: "deny", source: "*", destination: "*", priority: 5, created_at: "2031-01-01" });
      expect((await asA()).status).toBe(200);
    });

    test("RD-068 X-18 H1 T9.2 leaving the machine out, or naming another one, evades no rule about one's own", async () => {
      const own = await system.register("own");
      await system.sql(
        `UPDATE machines SET owner_id = '${member.user.id}' WHERE id = '${own.machine_id}' RETURNING id`,
      );
      await rule({ action: "deny", source: "own", destination: "Win-B", priority: 1 });
      expect(said(await initiate(member, { session_type: "peer" }))).toEqual([403, "ACL_DENIED"]);
      expect(said(await asA())).toEqual([403, "ACL_DENIED"]);
      // Whoever owns none and names none is allowed, as the source has it.
      expect((await initiate(other, { session_type: "peer" })).status).toBe(200);
      await system.sql(`UPDATE machines SET owner_id = NULL WHERE id = '${own.machine_id}' RETURNING id`);
    });

    test("RD-148 X-18 a viewer's machine that is not the organisation's", async () => {
      const stranger = await system.tenant();
      const foreign = await system.register("foreign", stranger);
      for (const viewer_machine_id of [foreign.machine_id, "nonsense", "00000000-0000-4000-8000-000000000000"]) {
        expect(said(await initiate(member, { viewer_machine_id }))).toEqual([404, "NOT_FOUND"]);
      }
    });

    test("RD-149 rules count before the machine's state: they tell nothing about it", async () => {
      const off = await system.register("off-by-rule");
      await system.sql(`UPDATE machines SET status = 'offline' WHERE id = '${off.machine_id}' RETURNING id`);
      await rule({ action: "deny", source: "*", destination: "off-by-rule", priority: 1 });
      const body = { machine_id: off.machine_id, viewer_machine_id: winA.machine_id };
      expect(said(await act("initiate", body, member))).toEqual([403, "ACL_DENIED"]);
    });

    test("explain says which rule decides, and agrees with the call", async () => {
      await rule({ action: "deny", source: "Win-A", destination: "Win-B", priority: 7, name: "no-desktops" });
      const printed = await system.operate(
        ...["access", "explain", "--user", member.user.email, "--machine", "Win-B", "--verb", "desktop-peer"],
        ...["--from", "Win-A"],
      );
      expect(printed.status).toBe(254);
      expect(printed.stdout).toContain("no-desktops");
      expect(printed.stdout).toContain("ACL_DENIED");
      const allowed = await system.operate(
        ...[
          "access",
          "explain",
          "--json",
          "--user",
          member.user.email,
          "--machine",
          winB.machine_id,
          "--verb",
          "desktop-peer",
        ],
      );
      expect(allowed.status).toBe(0);
      expect(JSON.parse(allowed.stdout)).toMatchObject({
        allowed: true,
        code: null,
        rule: null,
        consent_required: true,
      });
    });
  });

  test.each([
    ["a name whose case databases see differently", "ÉCOLE", "école"],
    ["the same spelling of such a name", "ÉCOLE-2", "ÉCOLE-2"],
    ["a name with blanks", "front desk", "Front Desk"],
  ])("X-18 a rule about %s is enforced", async (_name, name, destination) => {
    const machine = await system.register(name);
    await rule({ action: "deny", source: "*", destination, priority: 1 });
    const body = { machine_id: machine.machine_id, viewer_machine_id: winA.machine_id };
    expect(said(await act("initiate", body, member))).toEqual([403, "ACL_DENIED"]);
  });

  test("X-18 a rule about an address in IPv6's clothes is enforced", async () => {
    await rule({ action: "deny", source: "*", destination: `::ffff:${winB.tailnet_ip}`, priority: 1 });
    const answer = await initiate(member, { viewer_machine_id: winA.machine_id });
    expect(said(answer)).toEqual([403, "ACL_DENIED"]);
  });

  describe("consent", () => {
    test("RD-016 RD-074 RD-075 RD-076 RD-077 RD-078 RD-079 RD-080 RD-090 RD-091 RD-123 RD-130 blocks the offer until it is given", async () => {
      const session_id = await peer();
      expect(said(await act("offer", { session_id, sdp_offer: SDP }, member))).toEqual([403, "CONSENT_PENDING"]);
      const approved = await act("approve_consent", { session_id });
      expect(approved.data).toEqual({ session_id, consent_granted: true });
      expect(await statusOf(session_id)).toMatchObject({
        consent_required: true,
        consent_granted: true,
        status: "pending",
      });
      const offered = await act("offer", { session_id, sdp_offer: SDP }, member);
      expect([offered.status, offered.data]).toEqual([200, { session_id, status: "signaling" }]);
    });

    test("R-35 nothing that brings the desktop nearer is taken before consent", async () => {
      const session_id = await peer();
      const node = { node_key: winB.node_key, session_id };
      expect(said(await act("viewer_ice_candidate", { session_id, candidate: CANDIDATE }, member))).toEqual([
        403,
        "CONSENT_PENDING",
      ]);
      expect(said(await act("connected", { session_id }, member))).toEqual([403, "CONSENT_PENDING"]);
      expect(said(await post({ action: "answer", ...node, sdp_answer: SDP }, null))).toEqual([403, "CONSENT_PENDING"]);
      expect(said(await post({ action: "agent_ice_candidate", ...node, candidate: CANDIDATE }, null))).toEqual([
        403,
        "CONSENT_PENDING",
      ]);
    });

    test("RD-018 RD-082 RD-083 RD-088 RD-091 RD-130 RD-105 refusing ends the session at once", async () => {
      const session_id = await peer();
      const rejected = await act("reject_consent", { session_id });
      expect(rejected.data).toEqual({ session_id, status: "rejected" });
      const session = await statusOf(session_id);
      expect(session).toMatchObject({ status: "rejected", consent_granted: false, ended_at: expect.any(String) });
      expect(said(await act("approve_consent", { session_id }))).toEqual([409, "INVALID_STATE"]);
      expect(said(await act("offer", { session_id, sdp_offer: SDP }, member))).toEqual([409, "INVALID_STATE"]);
      expect((await initiate(member)).status).toBe(200);
    });

    test("RD-017 RD-084 RD-144 RD-089 only the machine's owner or an administrator decides", async () => {
      const session_id = await peer();
      for (const who of [member, other]) {
        expect(said(await act("approve_consent", { session_id }, who))).toEqual([403, "FORBIDDEN"]);
        expect(said(await act("reject_consent", { session_id }, who))).toEqual([403, "FORBIDDEN"]);
      }
      await system.sql(
        `UPDATE machines SET owner_id = '${other.user.id}' WHERE id = '${winB.machine_id}' RETURNING id`,
      );
      expect((await act("approve_consent", { session_id }, other)).status).toBe(200);
      await system.sql(
        `UPDATE machines SET owner_id = '${system.owner.user.id}' WHERE id = '${winB.machine_id}' RETURNING id`,
      );
    });

    test("RD-085 RD-087 RD-124 an admin session needs none", async () => {
      const session_id = await admin();
      expect((await statusOf(session_id)).consent_required).toBe(false);
      for (const action of ["approve_consent", "reject_consent"]) {
        expect(said(await act(action, { session_id }))).toEqual([400, "NO_CONSENT_NEEDED"]);
      }
    });

    test("RD-086 X-17 H2 only owner and administrators go without in a peer session", async () => {
      const waived = await initiate(system.owner, { session_type: "peer", consent_required: false });
      expect(waived.data.consent_required).toBe(false);
      expect((await initiate(member, { session_type: "peer", consent_required: false })).data.consent_required).toBe(
        true,
      );
      await system.sql(
        `UPDATE machines SET owner_id = '${other.user.id}' WHERE id = '${winB.machine_id}' RETURNING id`,
      );
      expect((await initiate(other, { session_type: "peer", consent_required: false })).data.consent_required).toBe(
        false,
      );
      await system.sql(
        `UPDATE machines SET owner_id = '${system.owner.user.id}' WHERE id = '${winB.machine_id}' RETURNING id`,
      );
    });

    test("RD-163 an administrator may ask for consent", async () => {
      const { data } = await initiate(system.owner, { session_type: "admin", consent_required: true });
      expect(data.consent_required).toBe(true);
      expect(said(await act("offer", { session_id: data.session_id, sdp_offer: SDP }))).toEqual([
        403,
        "CONSENT_PENDING",
      ]);
    });

    test("RD-145 approving twice changes nothing, and is recorded once", async () => {
      const session_id = await peer();
      await act("approve_consent", { session_id });
      expect((await act("approve_consent", { session_id })).data).toEqual({ session_id, consent_granted: true });
      expect(await events("remote.desktop_consent_approved", session_id)).toHaveLength(1);
    });

    test("R-35 R-17 of approvals and refusals at once, a refusal is what remains", async () => {
      for (let round = 0; round < 5; round++) {
        const session_id = await peer();
        const answers = await Promise.all(
          Array.from({ length: 10 }, (__, at) => act(at % 2 ? "approve_consent" : "reject_consent", { session_id })),
        );
        expect(answers.filter(({ data }) => data?.status === "rejected")).toHaveLength(1);
        expect(await statusOf(session_id)).toMatchObject({ status: "rejected", consent_granted: false });
        expect(await events("remote.desktop_consent_rejected", session_id)).toHaveLength(1);
      }
    });
  });

  describe("ends", () => {
    test("RD-021 RD-092 RD-093 RD-102 RD-131 T9.3 a member cannot terminate", async () => {
      const session_id = await admin();
      expect(said(await act("terminate", { session_id }, member))).toEqual([403, "FORBIDDEN"]);
      expect((await statusOf(session_id)).status).toBe("pending");
    });

    test("RD-019 RD-020 RD-095 RD-098 T9.3 a third person cannot disconnect; viewer and administrator can", async () => {
      const session_id = await peer();
      expect(said(await act("disconnect", { session_id }, other))).toEqual([403, "FORBIDDEN"]);
      expect((await act("disconnect", { session_id }, member)).data.status).toBe("disconnected");
      const second = await peer();
      expect((await act("disconnect", { session_id: second })).data.status).toBe("disconnected");
    });

    test("RD-096 RD-103 RD-118 RD-131 X-22 RD-030 RD-032 RD-033 an administrator terminates, and the log says so", async () => {
      const session_id = await admin();
      expect((await act("terminate", { session_id })).data).toEqual({ terminated_count: 1 });
      expect((await act("terminate", { session_id })).data).toEqual({ terminated_count: 0 });
      expect(await statusOf(session_id)).toMatchObject({ status: "disconnected", ended_at: expect.any(String) });
      expect(await events("remote.desktop_terminated", session_id)).toMatchObject([
        { actor_id: system.owner.user.id, metadata: { machine_id: winB.machine_id, machine_name: "Win-B" } },
      ]);
    });

    test("RD-021 RD-157 X-52 all sessions of a machine at once, each with a row of its own", async () => {
      const ids = [await peer(member), await peer(other), await admin()];
      expect((await act("terminate", { machine_id: winB.machine_id })).data).toEqual({ terminated_count: 3 });
      for (const id of ids) expect(await events("remote.desktop_terminated", id)).toHaveLength(1);
    });

    test("RD-155 RD-150 terminate takes a session or a machine, and one that exists", async () => {
      expect((await act("terminate", {})).error).toMatchObject({ code: "MISSING_FIELDS" });
      expect(said(await act("terminate", { machine_id: "nowhere" }))).toEqual([404, "NOT_FOUND"]);
      expect(said(await act("terminate", { session_id: "nothing" }))).toEqual([404, "NOT_FOUND"]);
    });

    test("RD-097 RD-099 RD-029 a session that never started has no duration", async () => {
      const session_id = await peer();
      const { data } = await act("disconnect", { session_id }, member);
      expect(data).toEqual({ session_id, status: "disconnected", duration_seconds: null });
      expect(await events("remote.desktop_disconnected", session_id)).toHaveLength(1);
    });

    test("RD-100 RD-154 RD-028 RD-027 a session that was connected has one, and ends once", async () => {
      const session_id = await admin();
      await act("offer", { session_id, sdp_offer: SDP });
      await post({ action: "answer", node_key: winB.node_key, session_id, sdp_answer: SDP }, null);
      const connected = await act("connected", { session_id });
      expect(connected.data).toMatchObject({ session_id, status: "active", started_at: expect.any(String) });
      await act("connected", { session_id });
      await system.sql(
        `UPDATE remote_desktop_sessions SET started_at = now() - interval '65 seconds' WHERE id = '${session_id}' RETURNING id`,
      );
      const ended = await act("disconnect", { session_id });
      expect(ended.data.duration_seconds).toBeGreaterThanOrEqual(65);
      expect((await act("disconnect", { session_id })).data).toEqual(ended.data);
      for (const action of ["initiated", "connected", "disconnected"]) {
        expect(await events(`remote.desktop_${action}`, session_id)).toHaveLength(1);
      }
    });

    test("RD-165 X-22 T9.6 what is not connected within 120 s expires, and makes room", async () => {
      const session_id = await peer();
      await system.sql(
        `UPDATE remote_desktop_sessions SET created_at = now() - interval '121 seconds' WHERE id = '${session_id}' RETURNING id`,
      );
      expect((await initiate(member)).status).toBe(200);
      expect(await statusOf(session_id)).toMatchObject({ status: "expired", ended_at: expect.any(String) });
      expect(await events("remote.desktop_expired", session_id)).toHaveLength(1);
    });
  });

  describe("signalling", () => {
    test("RD-022 RD-023 RD-106 RD-107 RD-108 RD-109 RD-116 RD-142 U-RD-04 from offer to active, with candidates both ways", async () => {
      const session_id = await admin();
      expect((await act("offer", { session_id, sdp_offer: SDP })).data.status).toBe("signaling");
      const candidate = { candidate: CANDIDATE, sdpMid: "0", sdpMLineIndex: 0 };
      expect((await act("viewer_ice_candidate", { session_id, candidate })).status).toBe(200);
      const node = { node_key: winB.node_key, session_id };
      const answered = await post({ action: "answer", ...node, sdp_answer: SDP }, null);
      expect(answered.data).toEqual({ session_id, status: "connecting" });
      expect((await post({ action: "agent_ice_candidate", ...node, candidate: CANDIDATE }, null)).status).toBe(200);
      const { data } = await act("status", { session_id });
      expect(data.session).toMatchObject({ status: "connecting", sdp_offer: SDP, sdp_answer: SDP });
      expect(data.agent_candidates).toMatchObject([{ candidate: { candidate: CANDIDATE } }]);
      expect((await act("connected", { session_id })).data.status).toBe("active");
    });

    test("RD-024 RD-151 RD-164 X-20 T9.5 node keys: none, another machine's, unknown, a person's token", async () => {
      const session_id = await admin();
      await act("offer", { session_id, sdp_offer: SDP });
      const answer = (fields: object, token: string | null = null) =>
        post({ action: "answer", session_id, sdp_answer: SDP, ...fields }, token);
      expect(said(await answer({}))).toEqual([401, "UNAUTHORIZED"]);
      expect(said(await answer({}, system.owner.access_token))).toEqual([401, "UNAUTHORIZED"]);
      expect(said(await answer({ node_key: winA.node_key }))).toEqual([403, "FORBIDDEN"]);
      expect(said(await answer({ node_key: "0".repeat(64) }))).toEqual([403, "FORBIDDEN"]);
      expect(said(await answer({ node_key: winB.node_key, session_id: "nothing" }))).toEqual([404, "NOT_FOUND"]);
      expect((await statusOf(session_id)).status).toBe("signaling");
      expect((await answer({ node_key: winB.node_key })).status).toBe(200);
    });

    test("RD-143 only the viewer offers, sends candidates and says that it sees something", async () => {
      const session_id = await peer();
      await act("approve_consent", { session_id });
      const fields = { session_id, sdp_offer: SDP, candidate: CANDIDATE };
      for (const who of [system.owner, other]) {
        for (const action of ["offer", "viewer_ice_candidate", "connected"]) {
          expect(said(await act(action, fields, who))).toEqual([403, "FORBIDDEN"]);
        }
      }
    });

    test("RD-168 X-54 any member sees the status; descriptions are for viewer and administrators", async () => {
      const session_id = await peer();
      await act("approve_consent", { session_id });
      await act("offer", { session_id, sdp_offer: SDP }, member);
      expect(await statusOf(session_id, member)).toMatchObject({ sdp_offer: SDP });
      expect(await statusOf(session_id)).toMatchObject({ sdp_offer: SDP });
      expect(await statusOf(session_id, other)).toMatchObject({
        status: "signaling",
        sdp_offer: null,
        sdp_answer: null,
      });
      const [row] = await rows(`remote_desktop_sessions?org_id=${system.owner.orgId}&id=${session_id}`);
      expect(Object.keys(row ?? {})).not.toContain("sdp_offer");
    });

    test("RD-146 RD-145 steps out of order: an answer before an offer, anything after the end", async () => {
      const session_id = await admin();
      const node = { node_key: winB.node_key, session_id, sdp_answer: SDP, candidate: CANDIDATE };
      expect(said(await post({ action: "answer", ...node }, null))).toEqual([409, "INVALID_STATE"]);
      await act("disconnect", { session_id });
      expect(said(await act("offer", { session_id, sdp_offer: SDP }))).toEqual([409, "INVALID_STATE"]);
      expect(said(await act("connected", { session_id }))).toEqual([409, "INVALID_STATE"]);
      expect(said(await post({ action: "answer", ...node }, null))).toEqual([409, "INVALID_STATE"]);
      expect(said(await post({ action: "agent_ice_candidate", ...node }, null))).toEqual([409, "INVALID_STATE"]);
    });

    test("T9.4 descriptions and candidates that are too large, too many, or point at what is no peer", async () => {
      const session_id = await admin();
      const huge = `${SDP}a=${"x".repeat(SDP_BYTES)}`;
      expect(said(await act("offer", { session_id, sdp_offer: huge }))).toEqual([400, "INVALID_INPUT"]);
      expect(said(await act("offer", { session_id, sdp_offer: "x".repeat(1_000_000) }))).toEqual([
        413,
        "PAYLOAD_TOO_LARGE",
      ]);
      expect(said(await act("offer", { session_id, sdp_offer: "hello" }))).toEqual([400, "INVALID_INPUT"]);
      const metadata = "a=candidate:1 1 UDP 2130706431 169.254.169.254 80 typ host\r\n";
      expect(said(await act("offer", { session_id, sdp_offer: SDP + metadata }))).toEqual([400, "INVALID_INPUT"]);
      await act("offer", { session_id, sdp_offer: SDP });
      for (const address of ["169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "224.0.0.1", "evil.example.com"]) {
        const candidate = CANDIDATE.replace("192.168.1.10", address);
        expect(said(await act("viewer_ice_candidate", { session_id, candidate }))).toEqual([400, "INVALID_INPUT"]);
      }
      const insert = `INSERT INTO desktop_candidates (session_id, side, candidate) SELECT '${session_id}', 'viewer', '{"candidate":""}' FROM generate_series(1, ${ICE_CANDIDATES_PER_SIDE}) RETURNING id`;
      await system.sql(insert);
      expect(said(await act("viewer_ice_candidate", { session_id, candidate: CANDIDATE }))).toEqual([
        400,
        "INVALID_INPUT",
      ]);
    });

    test("live: the machine's link hears offers, candidates and the end; the viewer hears answers and candidates; nobody else does", async () => {
      const link = await MachineLink.open(system.url, winB);
      const ears = await LiveEars.open(system.url, member);
      const others = await LiveEars.open(system.url, other);
      const stranger = await LiveEars.open(system.url, await system.tenant());
      const boss = await LiveEars.open(system.url, system.owner);
      const session_id = await peer();
      const changedTo = (status: string) => (event: DashboardEvent) =>
        event.type === "desktop.changed" && event.session.id === session_id && event.session.status === status;
      // Whoever may consent hears that somebody asks.
      await boss.events.first(changedTo("pending"));
      await act("approve_consent", { session_id });
      await act("offer", { session_id, sdp_offer: SDP }, member);
      const offer = await link.commands.first(({ type }) => type === "desktop_offer");
      expect(offer).toMatchObject({
        sessionId: session_id,
        payload: {
          sdp_offer: SDP,
          session_type: "peer",
          viewer_email: member.user.email,
          consent: { required: true, granted_by: system.owner.user.id },
        },
      });
      for (const port of [1001, 1002, 1003]) {
        const candidate = CANDIDATE.replace("54321", String(port));
        await act("viewer_ice_candidate", { session_id, candidate }, member);
      }
      await link.commands.first(
        ({ type, payload }) => type === "desktop_candidate" && JSON.stringify(payload).includes("1003"),
      );
      const order = link.commands.all.filter(({ type }) => type === "desktop_candidate");
      expect(order.map(({ payload }) => /192\.168\.1\.10 (\d+)/.exec(JSON.stringify(payload))?.[1])).toEqual([
        "1001",
        "1002",
        "1003",
      ]);

      const node = { node_key: winB.node_key, session_id };
      await post({ action: "answer", ...node, sdp_answer: SDP }, null);
      await post({ action: "agent_ice_candidate", ...node, candidate: CANDIDATE }, null);
      await ears.events.first((event) => event.type === "desktop.answer" && event.sdp_answer === SDP);
      await ears.events.first((event) => event.type === "desktop.candidate" && event.session_id === session_id);
      await act("connected", { session_id }, member);
      await ears.events.first(changedTo("active"));
      await act("terminate", { session_id });
      await ears.events.first(changedTo("disconnected"));
      await link.commands.first(({ type, sessionId }) => type === "desktop_end" && sessionId === session_id);

      expect(boss.events.all.map(({ type }) => type)).not.toContain("desktop.answer");
      for (const { events: heard } of [others, stranger]) {
        expect(heard.all.filter(({ type }) => type.startsWith("desktop."))).toEqual([]);
      }
      link.close();
      for (const each of [ears, others, stranger, boss]) each.close();
    });

    test("live: a machine that links again hears of what waits for it; a refusal reaches the viewer", async () => {
      const session_id = await admin();
      await act("offer", { session_id, sdp_offer: SDP });
      await act("viewer_ice_candidate", { session_id, candidate: CANDIDATE });
      const link = await MachineLink.open(system.url, winB);
      await link.commands.first(({ type, sessionId }) => type === "desktop_offer" && sessionId === session_id);
      await link.commands.first(({ type, sessionId }) => type === "desktop_candidate" && sessionId === session_id);
      const ears = await LiveEars.open(system.url, system.owner);
      link.send({ type: "refused", session_id, code: "NO_DESKTOP", reason: "there is no display here" });
      await ears.events.first(
        (event) => event.type === "desktop.changed" && event.session.refusal === "there is no display here",
      );
      // Another machine's word about it counts for nothing.
      const liar = await MachineLink.open(system.url, winA);
      liar.send({ type: "refused", session_id, code: "NO_DESKTOP", reason: "a lie" });
      liar.send({ type: "heartbeat" });
      await act("offer", { session_id, sdp_offer: `${SDP}a=again\r\n` });
      await link.commands.first(({ payload }) => JSON.stringify(payload).includes("again"));
      expect((await statusOf(session_id)).refusal).toBeNull();
      link.close();
      liar.close();
      ears.close();
    });

    test("a real agent says that it has no desktop, and does not drop its link", async () => {
      const agent = await system.startAgent("no-desktop");
      const { data } = await act("initiate", { machine_id: agent.machine.id, session_type: "admin" });
      const session_id = String(data.session_id);
      await act("offer", { session_id, sdp_offer: SDP });
      await system.until(async () => (await statusOf(session_id)).refusal !== null, "the agent's refusal");
      expect(String((await statusOf(session_id)).refusal)).toMatch(/desktop/);
      expect((await system.machines()).find(({ id }) => id === agent.machine.id)?.status).toBe("online");
    });
  });

  describe("R-19 a right that is lost ends what it carried, at once", () => {
    const active = async (who: Person, fields: object) => {
      const session_id = String((await initiate(who, fields)).data.session_id);
      if ((await statusOf(session_id)).consent_required) await act("approve_consent", { session_id });
      await act("connected", { session_id }, who);
      return session_id;
    };
    const setRole = (who: Person, role: "admin" | "member") =>
      system.owner.api.act(organisationApi, "set_role", { org_id: system.owner.orgId, user_id: who.user.id, role });
    const ended = async (session_id: string, reason: RegExp) => {
      await system.until(async () => (await statusOf(session_id)).status === "disconnected", "the session to end");
      expect((await statusOf(session_id)).end_reason).toMatch(reason);
      expect(await events("remote.desktop_disconnected", session_id)).toHaveLength(1);
    };

    test("an administrator who is one no longer", async () => {
      const person = await system.person("admin");
      const session_id = await active(person, { session_type: "admin" });
      await setRole(person, "member");
      await ended(session_id, /Admin access required/);
    });

    test("X-17 an administrator who went without consent and is one no longer", async () => {
      const person = await system.person("admin");
      const session_id = await active(person, { session_type: "peer", consent_required: false });
      await setRole(person, "member");
      await ended(session_id, /consent is needed now/);
    });

    test("a member who was removed", async () => {
      const person = await system.person("member");
      const session_id = await active(person, { session_type: "peer" });
      const org_id = system.owner.orgId;
      await system.owner.api.act(organisationApi, "remove_member", { org_id, user_id: person.user.id });
      await ended(session_id, /no longer allowed/);
    });

    test("a sign-in that ended", async () => {
      const person = await system.person("member");
      const session_id = await active(person, { session_type: "peer" });
      await fetch(`${system.url}/api/auth/logout`, {
        method: "POST",
        headers: { authorization: `Bearer ${person.access_token}` },
      });
      await ended(session_id, /signed out/);
    });

    test("a machine that was disabled, and sessions that were switched off", async () => {
      const { machine_id } = await system.register("to-bar");
      const org_id = system.owner.orgId;
      const start = async () => {
        const session_id = String((await act("initiate", { machine_id, session_type: "admin" })).data.session_id);
        await act("connected", { session_id });
        return session_id;
      };
      const first = await start();
      await system.owner.api.act(machineAdminApi, "set_session_enabled", {
        org_id,
        machine_id,
        session_enabled: false,
      });
      await ended(first, /switched off/);
      await system.owner.api.act(machineAdminApi, "set_session_enabled", { org_id, machine_id, session_enabled: true });
      const second = await start();
      await system.owner.api.act(machineAdminApi, "disable", { org_id, machine_id });
      await ended(second, /disabled/);
    });

    test("U-RD-15 a machine that was deleted: its session is recorded, and gone with it", async () => {
      const { machine_id } = await system.register("to-delete");
      const session_id = String((await act("initiate", { machine_id, session_type: "admin" })).data.session_id);
      const ears = await LiveEars.open(system.url, system.owner);
      await system.owner.api.act(machineAdminApi, "delete", { org_id: system.owner.orgId, machine_id });
      expect(await events("remote.desktop_disconnected", session_id)).toHaveLength(1);
      expect(said(await act("status", { session_id }))).toEqual([404, "NOT_FOUND"]);
      await ears.events.first(
        (event) =>
          event.type === "desktop.changed" &&
          event.session.id === session_id &&
          event.session.status === "disconnected",
      );
      ears.close();
    });

    test("X-23 RD-003 a plan that was lost: the server ends what it carried, callers are gated", async () => {
      const tenant = await system.tenant("enterprise");
      const machine = await system.register("of-tenant", tenant);
      const { data } = await act("initiate", { machine_id: machine.machine_id, session_type: "admin" }, tenant);
      const session_id = String(data.session_id);
      await act("connected", { session_id }, tenant);
      await tenant.api.act(organisationApi, "set_plan", { org_id: tenant.orgId, plan: "free" });
      expect((await act("disconnect", { session_id }, tenant)).error.code).toBe("FEATURE_NOT_ENABLED");
      const row = async () =>
        (await rows(`remote_desktop_sessions?org_id=${tenant.orgId}&id=${session_id}`, tenant))[0];
      await system.until(async () => (await row())?.status === "disconnected", "the session to end");
      expect((await row())?.end_reason).toMatch(/plan/);
    });

    test("a rule or a tag that was changed by SQL, within the watch's few seconds", async () => {
      const session_id = await active(member, { session_type: "peer", viewer_machine_id: winA.machine_id });
      await rule({ action: "deny", source: "Win-A", destination: "Win-B", priority: 1 });
      await ended(session_id, /rules/);
    });

    test("tags that are changed count at once", async () => {
      const session_id = await active(member, { session_type: "peer", viewer_machine_id: winA.machine_id });
      await rule({ action: "deny", source: "tag:laptop", destination: "tag:secret", priority: 1 });
      const org_id = system.owner.orgId;
      await system.owner.api.act(machineAdminApi, "set_tags", {
        org_id,
        machine_id: winB.machine_id,
        tags: ["tag:Secret"],
      });
      await ended(session_id, /rules/);
    });
  });

  test("R-14 R-16 list shows a member what is his; administrators and auditors see all", async () => {
    const auditor = await system.person("auditor");
    const [mine, theirs] = [await peer(member), await peer(other)];
    const idsFor = async (who: Person) => {
      const { sessions } = await who.api.act(desktopApi, "list", { org_id: who.orgId, limit: 500 });
      return sessions.map(({ id }) => id);
    };
    expect(await idsFor(member)).toContain(mine);
    expect(await idsFor(member)).not.toContain(theirs);
    for (const who of [system.owner, auditor])
      expect(await idsFor(who)).toEqual(expect.arrayContaining([mine, theirs]));
    const { sessions } = await system.owner.api.act(desktopApi, "list", {
      org_id: system.owner.orgId,
      status: "pending",
    });
    expect(sessions.every(({ status }) => status === "pending")).toBe(true);
  });
});

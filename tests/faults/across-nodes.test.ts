/** Viewers on one node, machines on another: everything works, and authority reaches across. */
import {
  authKeyApi,
  type DesktopStream,
  desktopApi,
  encodeDesktopMessage,
  machineAdminApi,
  organisationApi,
  shellApi,
} from "@sallyport/protocol";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import type { Person, RunningAgent } from "../harness/control-plane.ts";
import { DesktopMachine, DesktopViewer } from "../harness/desktop-ends.ts";
import { LiveEars, MachineLink } from "../harness/live-ends.ts";
import { isMissing } from "../harness/services.ts";
import { TestWindow } from "../harness/window.ts";
import { childrenOf, query } from "./shells.ts";
import { isAlive, TruthWindow, wait } from "./truth-window.ts";

/** The machine's link is at the first node, its viewers at the second. */
const LINKED = 0;
const VIEWED = 1;

describe.skipIf(isMissing("PostgreSQL", "nats-server"))("a viewer at another node than the machine's link", () => {
  let cluster: Cluster;
  let agent: RunningAgent;
  beforeAll(async () => {
    cluster = await Cluster.start({ nodes: 2 });
    agent = await cluster.startAgent("Linux-X", { control: LINKED });
  });
  afterEach(() => cluster.endSessions());
  afterAll(() => cluster?.stop());

  const at = (index: number, who: Person) => ({
    baseUrl: cluster.node(index).url,
    who,
    machineId: agent.machine.id,
  });
  const machine = () => ({ org_id: cluster.owner.orgId, machine_id: agent.machine.id });
  const rows = (statement: string) => query(cluster.postgres.url, statement);

  test("opens, types, resizes, comes back, and gets the exit status", async () => {
    const window = new TestWindow(at(VIEWED, cluster.owner));
    await window.is("connected");
    window.type("echo pid-$$-\r");
    await window.shows(/pid-\d+-/);
    window.session.resize({ cols: 123, rows: 45 });
    window.type("sleep 0.5; stty size\r");
    await window.shows(/45 123/);
    const { sessionId = "", reattachToken, have } = window.session;
    window.session.close();
    // The same window, now at the machine's own node.
    const resume = { sessionId, reattachToken, ...(have !== undefined && { have }) };
    const again = new TestWindow({ ...at(LINKED, cluster.owner), resume });
    await again.is("connected");
    again.type("exit 5\r");
    await again.is("ended");
    expect(again.states.at(-1)).toMatchObject({ cause: "exited", exit: { exit_code: 5 } });
  });

  /** Holds what a statement locks until it is let go. */
  async function hold(statement: string): Promise<() => Promise<void>> {
    const holder = new pg.Client({ connectionString: cluster.postgres.url });
    await holder.connect();
    await holder.query(`BEGIN; ${statement}`);
    return () => holder.end();
  }

  /** A window whose opening takes so long that the machine is told of it before it is open; `meanwhile` then. */
  async function slowWindow(meanwhile: () => unknown = () => {}): Promise<TestWindow> {
    // Between the session's row and its viewer's socket: the library's own record of it.
    const letGo = await hold('LOCK TABLE "AuditLog" IN ACCESS EXCLUSIVE MODE');
    const { program } = cluster.node(LINKED);
    const refusals = () => (program.stdout + program.stderr).split("the agent refused a command").length;
    const before = refusals();
    const window = new TestWindow(at(VIEWED, cluster.owner));
    try {
      await cluster.until(() => refusals() > before, "the machine to be told too early");
      await meanwhile();
    } finally {
      await letGo();
    }
    return window;
  }

  test("a session whose opening takes so long that its machine was told of it before gets its shell all the same", async () => {
    const window = await slowWindow();
    await window.is("connected");
    window.type("exit 3\r");
    await window.is("ended");
    expect(window.states.at(-1)).toMatchObject({ cause: "exited", exit: { exit_code: 3 } });
  });

  test("who leaves while such a session is asked for anew leaves nothing attached", async () => {
    const newest = "SELECT id, attached, attach_epoch FROM sessions ORDER BY created_at DESC LIMIT 1";
    let letGo = async () => {};
    const window = await slowWindow(async () => {
      letGo = await hold(`SELECT 1 FROM sessions WHERE id = '${(await rows(newest))[0]?.id}' FOR UPDATE`);
    });
    try {
      await window.is("waiting");
      window.session.close();
      await cluster.until(
        async () => (await rows("SELECT 1 FROM pg_locks WHERE NOT granted")).length >= 2,
        "both to be held up",
      );
    } finally {
      await letGo();
    }
    const isLeft = async () => {
      const [row] = await rows(newest);
      return row?.attached === false && row.attach_epoch === 2;
    };
    await cluster.until(isLeft, "nobody to be attached");
  });

  test("a desktop's stream: both meet at the viewer's node, another window takes over at the other one", async () => {
    const registration = await cluster.register("desktop-Y");
    const link = await MachineLink.open(cluster.node(LINKED).url, registration);
    const person = await cluster.person("admin");
    const { orgId: org_id } = cluster.owner;
    const api = (index: number) => cluster.as(person.access_token, cluster.node(index).url);
    const { session_id } = await api(VIEWED).act(desktopApi, "initiate", {
      org_id,
      machine_id: registration.machine_id,
      session_type: "admin",
    });
    const dial = async (epoch: number, node: number) => {
      const { payload } = await link.commands.first(
        ({ type, payload: of }) => type === "desktop_stream" && (of as DesktopStream).epoch === epoch,
      );
      const stream = payload as DesktopStream;
      expect(new URL(stream.stream_url).port).toBe(String(cluster.node(node).port));
      return DesktopMachine.dial(registration, session_id, stream);
    };
    const frame = encodeDesktopMessage('{"type":"pong","id":1}');

    const viewer = await DesktopViewer.open(cluster.node(VIEWED).url, person, session_id);
    const machine = await dial(1, VIEWED);
    machine.show(frame);
    await viewer.frames.first((each) => each.equals(frame));
    viewer.say({ type: "ping", id: 7 });
    await machine.inputs.first((input) => (input as { id: number }).id === 7);

    const second = await DesktopViewer.open(cluster.node(LINKED).url, person, session_id);
    expect((await viewer.closed).code).toBe(4409);
    await machine.closed;
    const again = await dial(2, LINKED);
    again.show(frame);
    await second.frames.first((each) => each.equals(frame));
    // Ended at the node where neither of them is.
    await cluster
      .as(cluster.owner.access_token, cluster.node(VIEWED).url)
      .act(desktopApi, "terminate", { org_id, session_id });
    expect((await second.closed).code).toBe(4403);
    await again.closed;
    await link.commands.first(({ type }) => type === "desktop_end");
    link.close();
  });

  test("what was recorded at one node is told to dashboards at another", async () => {
    const ears = await LiveEars.open(cluster.node(VIEWED).url, cluster.owner);
    await ears.events.first(({ type }) => type === "records.changed");
    const heard = ears.events.all.length;
    const { orgId: org_id, access_token } = cluster.owner;
    const elsewhere = cluster.as(access_token, cluster.node(LINKED).url);
    await elsewhere.act(authKeyApi, "create_auth_key", { org_id, name: "elsewhere" });
    await cluster.until(() => ears.events.all.slice(heard).some(({ type }) => type === "records.changed"), "news");
    ears.close();
  });

  test("a desktop's consent: asked where the link is, told where the viewer is", async () => {
    const registration = await cluster.register("desktop-Z");
    const link = await MachineLink.open(cluster.node(LINKED).url, registration, {
      desktop: { unavailable: null, consent: "peers" },
    });
    const person = await cluster.person("member");
    const ears = await LiveEars.open(cluster.node(VIEWED).url, person);
    const viewer = cluster.as(person.access_token, cluster.node(VIEWED).url);
    const { orgId: org_id } = cluster.owner;
    const { session_id } = await viewer.act(desktopApi, "initiate", { org_id, machine_id: registration.machine_id });
    await link.commands.first(({ type, sessionId }) => type === "desktop_ask" && sessionId === session_id);
    link.send({ type: "desktop_consent", session_id, outcome: "granted" });
    await ears.events.first(
      (event) => event.type === "desktop.changed" && event.session.id === session_id && !!event.session.consent_granted,
    );
    link.close();
    ears.close();
  });

  test("a desktop: offer, candidates and the end reach the machine, the answer its viewer, and a lost right both", async () => {
    const registration = await cluster.register("desktop-X");
    const link = await MachineLink.open(cluster.node(LINKED).url, registration);
    const person = await cluster.person("admin");
    const viewer = cluster.as(person.access_token, cluster.node(VIEWED).url);
    const ears = await LiveEars.open(cluster.node(VIEWED).url, person);
    const { orgId: org_id } = cluster.owner;
    const { session_id } = await viewer.act(desktopApi, "initiate", {
      org_id,
      machine_id: registration.machine_id,
      session_type: "admin",
    });
    const sdp = "v=0\r\ns=-\r\n";
    await viewer.act(desktopApi, "offer", { org_id, session_id, sdp_offer: sdp });
    await link.commands.first(({ type, sessionId }) => type === "desktop_offer" && sessionId === session_id);
    const candidate = "candidate:1 1 udp 1 192.168.1.10 54321 typ host";
    await viewer.act(desktopApi, "viewer_ice_candidate", { org_id, session_id, candidate });
    await link.commands.first(({ type, sessionId }) => type === "desktop_candidate" && sessionId === session_id);
    // The machine posts where its link is.
    const node = { node_key: registration.node_key, session_id };
    const machines = cluster.anonymous(cluster.node(LINKED).url);
    await machines.act(desktopApi, "answer", { ...node, sdp_answer: sdp });
    await ears.events.first((event) => event.type === "desktop.answer" && event.session_id === session_id);
    await machines.act(desktopApi, "agent_ice_candidate", { ...node, candidate });
    await ears.events.first((event) => event.type === "desktop.candidate" && event.session_id === session_id);
    await viewer.act(desktopApi, "connected", { org_id, session_id });
    await cluster.owner.api.act(organisationApi, "set_role", { org_id, user_id: person.user.id, role: "member" });
    await link.commands.first(({ type, sessionId }) => type === "desktop_end" && sessionId === session_id);
    await ears.events.first(
      (event) =>
        event.type === "desktop.changed" && event.session.id === session_id && event.session.status === "disconnected",
    );
    link.close();
    ears.close();
  });

  const kills: [string, number][] = [
    ["the machine's link", LINKED],
    ["the viewer", VIEWED],
  ];
  test.each(kills)("kill -9 of the node with %s loses and doubles nothing", async (what, index) => {
    const truth = await TruthWindow.open(at(VIEWED, cluster.owner));
    truth.startTyping();
    for (let kill = 0; kill < 3; kill++) {
      await wait(200);
      await cluster.kill(index);
      if (index === LINKED) await truth.moves();
      await cluster.restart(index);
      await truth.moves();
    }
    await truth.quits();
    console.info(`T10: 3 kills of the node with ${what}: ${truth.summary}`);
  });

  test("a session that is let go at one node can be had at the other by the same person only", async () => {
    const window = new TestWindow(at(VIEWED, cluster.owner));
    await window.is("connected");
    const { sessionId = "" } = window.session;
    const stranger = await cluster.person("admin");
    const thief = new TestWindow({ ...at(LINKED, stranger), resume: { sessionId, takeOver: true } });
    await thief.is("refused");
    expect(window.state).toBe("connected");
    const host = (await cluster.hostPid(agent)) ?? 0;
    expect(childrenOf(host)).toHaveLength(1);
    const mine = new TestWindow({ ...at(LINKED, cluster.owner), resume: { sessionId } });
    await mine.is("elsewhere");
    mine.session.takeOver();
    await mine.is("connected");
    await window.is("taken_over");
    mine.type("exit\r");
    await mine.is("ended");
  });

  const revocations: [string, (admin: Person, sessionId: string) => Promise<unknown>][] = [
    [
      "the person is removed",
      (admin) =>
        cluster.owner.api.act(organisationApi, "remove_member", {
          org_id: cluster.owner.orgId,
          user_id: admin.user.id,
        }),
    ],
    [
      "the person is no administrator any more",
      (admin) =>
        cluster.owner.api.act(organisationApi, "set_role", {
          org_id: cluster.owner.orgId,
          user_id: admin.user.id,
          role: "member",
        }),
    ],
    [
      "somebody ends the session",
      (_, session_id) => cluster.owner.api.act(shellApi, "end_session", { org_id: cluster.owner.orgId, session_id }),
    ],
    [
      "sessions are switched off on the machine",
      () => cluster.owner.api.act(machineAdminApi, "set_session_enabled", { ...machine(), session_enabled: false }),
    ],
    // Last: the machine takes its time to come back from it.
    ["the machine is disabled", () => cluster.owner.api.act(machineAdminApi, "disable", machine())],
  ];

  test.each(revocations)(
    "T10 I8 is told at once, and the shell is gone, when %s at the other node",
    async (what, revoke) => {
      // Another person's sign-in is known to every node; this one's calls and sockets go to the other node.
      const admin = await cluster.person("admin");
      const truth = await TruthWindow.open(at(VIEWED, admin));
      const before = performance.now();
      await revoke(admin, truth.sessionId);
      await truth.window.is("ended");
      const toldMs = performance.now() - before;
      await cluster.until(() => !isAlive(truth.pid), "the shell to be gone");
      const goneMs = performance.now() - before;
      expect(truth.window.states.at(-1)).toMatchObject({ cause: "session_revoked", closeCode: 4403 });
      const row = () => rows(`SELECT status, cause FROM sessions WHERE id = '${truth.sessionId}'`);
      await cluster.until(async () => (await row())[0]?.status === "ended", "the row to end");
      expect(await row()).toEqual([{ status: "ended", cause: "session_revoked" }]);
      await cluster.owner.api.act(machineAdminApi, "enable", machine());
      await cluster.owner.api.act(machineAdminApi, "set_session_enabled", { ...machine(), session_enabled: true });
      console.info(`T10 revocation, ${what}: viewer ${toldMs.toFixed(0)} ms, shell ${goneMs.toFixed(0)} ms`);
    },
  );
});

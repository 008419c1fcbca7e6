/** Desktops whose network lets no UDP through: a viewer's socket, a machine's stream, and the control plane between them. */
import { randomBytes } from "node:crypto";
import {
  authApi,
  DESKTOP_FRAME_BYTES,
  type DesktopStream,
  desktopApi,
  encodeDesktopMessage,
  encodeVideoFrame,
  machineAdminApi,
  organisationApi,
  type Registration,
} from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DesktopMachine, DesktopViewer } from "../harness/desktop-ends.ts";
import { MachineLink } from "../harness/live-ends.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { OWNER, type Person, System } from "../harness/system.ts";

const UNKNOWN = "00000000-0000-4000-8000-00000000abcd";
const AGAIN = 1013;
const frame = (number: number, bytes = 100) =>
  Buffer.from(
    encodeVideoFrame({
      isKey: number === 0,
      number,
      timeUs: number * 1_000,
      width: 8,
      height: 8,
      data: randomBytes(bytes),
    }),
  );

describe("a desktop through the control plane", () => {
  let system: System;
  let registration: Registration;
  let link: MachineLink;
  let member: Person;
  /** Sockets that a test opened. */
  const open: { terminate(): void }[] = [];

  beforeAll(async () => {
    system = await System.start({ ...(await anyDatabase()), HEARTBEAT_TIMEOUT_SECONDS: "600" });
    registration = await system.register("Win-B");
    member = await system.person("member");
    link = await MachineLink.open(system.url, registration, { desktop: { unavailable: null, consent: "never" } });
  });
  afterAll(() => system.stop());
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.terminate();
    const body = { org_id: system.owner.orgId, machine_id: registration.machine_id };
    await system.owner.api.act(desktopApi, "terminate", body);
  });

  const start = async (who: Person = system.owner, fields: { session_type?: "admin" | "peer" } = {}) => {
    const { session_id } = await who.api.act(desktopApi, "initiate", {
      org_id: who.orgId,
      machine_id: registration.machine_id,
      session_type: "admin",
      ...fields,
    });
    return session_id;
  };
  const asked = async (session_id: string, epoch: number): Promise<DesktopStream> => {
    const { payload } = await link.commands.first(
      ({ type, sessionId, payload: of }) =>
        type === "desktop_stream" && sessionId === session_id && (of as DesktopStream).epoch === epoch,
    );
    return payload as DesktopStream;
  };
  const view = async (session_id: string, who: Person = system.owner) => {
    const viewer = await DesktopViewer.open(system.url, who, session_id);
    open.push(viewer.socket);
    return viewer;
  };
  const dial = async (session_id: string, stream: DesktopStream, as = registration) => {
    const machine = await DesktopMachine.dial(as, session_id, stream);
    open.push(machine.socket);
    return machine;
  };
  /** A session, its viewer and its machine, joined. */
  const joined = async (who: Person = system.owner) => {
    const session_id = await start(who);
    const viewer = await view(session_id, who);
    const machine = await dial(session_id, await asked(session_id, 1));
    return { session_id, viewer, machine };
  };

  describe("the way", () => {
    test("frames reach the viewer as they are, and its messages the machine, signed", async () => {
      const { viewer, machine } = await joined();
      const frames = [frame(0, 50_000), Buffer.from(encodeDesktopMessage('{"type":"pong","id":1}')), frame(1)];
      for (const each of frames) machine.show(each);
      await viewer.frames.first((each) => each.equals(frames[2] as Buffer));
      expect(viewer.frames.all).toEqual(frames);
      viewer.say({ type: "key", code: "KeyA", key: "a", down: true });
      viewer.say({ type: "key", code: "KeyA", key: "a", down: false, surplus: "not passed on" });
      await machine.inputs.first((input) => (input as { down: boolean }).down === false);
      expect(machine.inputs.all).toEqual([
        { type: "key", code: "KeyA", key: "a", down: true },
        { type: "key", code: "KeyA", key: "a", down: false },
      ]);
      expect(machine.forged).toBe(0);
    });

    test("what the viewer says before its machine is there is not lost", async () => {
      const session_id = await start();
      const viewer = await view(session_id);
      for (let id = 0; id < 200; id++) viewer.say({ type: "ping", id });
      const machine = await dial(session_id, await asked(session_id, 1));
      await machine.inputs.first((input) => (input as { id: number }).id === 199);
      expect(machine.inputs.all.map((input) => (input as { id: number }).id)).toEqual(
        Array.from({ length: 200 }, (__, id) => id),
      );
    });

    test("a flood of messages is slowed down, and none of it is lost", async () => {
      const { viewer, machine } = await joined();
      const started = performance.now();
      for (let id = 0; id < 2_000; id++) viewer.say({ type: "ping", id });
      viewer.say({ type: "key", code: "KeyA", key: "a", down: false });
      await machine.inputs.first((input) => (input as { type: string }).type === "key");
      expect(machine.inputs.all).toHaveLength(2_001);
      // A thousand at once, and the other thousand at 500 a second.
      expect(performance.now() - started).toBeGreaterThan(1_500);
    });

    test("the session becomes active as any other, and its viewer is named to the machine", async () => {
      const { session_id, viewer } = await joined();
      const { orgId: org_id } = system.owner;
      await system.owner.api.act(desktopApi, "connected", { org_id, session_id });
      const { session } = await system.owner.api.act(desktopApi, "status", { org_id, session_id });
      expect(session.status).toBe("active");
      expect(await asked(session_id, 1)).toMatchObject({
        session_type: "admin",
        viewer_email: system.owner.user.email,
        consent: { required: false, granted_by: null },
      });
      viewer.socket.close();
    });

    test("a machine whose viewer does not read is not read, and what does not drain ends", async () => {
      const { viewer, machine } = await joined();
      viewer.socket.pause();
      const megabytes = 96;
      for (let number = 0; number < megabytes; number++) machine.show(frame(number, 1_000_000));
      let waited = 0;
      const look = setInterval(() => {
        waited = machine.socket.bufferedAmount || waited;
      }, 100);
      expect((await machine.closed).code).toBe(4001);
      clearInterval(look);
      // Of four sockets the kernel keeps some megabytes each, the control plane one limit's worth; the rest waited at the machine.
      expect(waited).toBeGreaterThan((megabytes / 2) * 1_000_000);
      const metrics = await (await fetch(`${system.url}/metrics`)).text();
      const relayed = /desktop_relayed_bytes_total\{direction="output"\} (\d+)/.exec(metrics)?.[1];
      expect(Number(relayed)).toBeLessThan((megabytes / 2) * 1_000_000);
      viewer.socket.resume();
      expect((await viewer.closed).code).toBe(AGAIN);
    }, 30_000);

    test("a viewer that reads slowly gets every frame", async () => {
      const { viewer, machine } = await joined();
      viewer.socket.pause();
      for (let number = 0; number < 12; number++) machine.show(frame(number, 1_000_000));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      viewer.socket.resume();
      await viewer.frames.first((each) => each.readUInt32BE(2) === 11);
      expect(viewer.frames.all.map((each) => each.readUInt32BE(2))).toEqual(Array.from({ length: 12 }, (__, at) => at));
    });
  });

  describe("who gets a socket", () => {
    const refused = (params: Record<string, string>, token?: string) =>
      DesktopViewer.refused(system.url, params, token).then(({ status, code }) => [status, code]);

    test("X-10 refusals come in the documented order", async () => {
      const { access_token, orgId: org_id } = system.owner;
      const stranger = await system.tenant();
      const free = await system.tenant("free");
      const session_id = await start();
      expect(await refused({})).toEqual([401, "UNAUTHORIZED"]);
      expect(await refused({ session_id }, access_token)).toEqual([400, "MISSING_FIELDS"]);
      expect(await refused({ org_id }, access_token)).toEqual([400, "MISSING_FIELDS"]);
      expect(await refused({ org_id: free.orgId, session_id: UNKNOWN }, free.access_token)).toEqual([
        403,
        "FEATURE_NOT_ENABLED",
      ]);
      expect(await refused({ org_id, session_id: UNKNOWN }, stranger.access_token)).toEqual([403, "FORBIDDEN"]);
      expect(await refused({ org_id, session_id: UNKNOWN }, access_token)).toEqual([404, "NOT_FOUND"]);
      expect(await refused({ org_id: stranger.orgId, session_id }, stranger.access_token)).toEqual([404, "NOT_FOUND"]);
      // Not even an administrator takes another person's place.
      expect(await refused({ org_id, session_id }, member.access_token)).toEqual([403, "FORBIDDEN"]);
      const theirs = await start(member, { session_type: "peer" });
      expect(await refused({ org_id, session_id: theirs }, access_token)).toEqual([403, "FORBIDDEN"]);
      expect(await refused({ org_id, session_id: theirs }, member.access_token)).toEqual([403, "CONSENT_PENDING"]);
      await system.owner.api.act(desktopApi, "disconnect", { org_id, session_id });
      expect(await refused({ org_id, session_id }, access_token)).toEqual([409, "INVALID_STATE"]);
    });

    test("after consent it is the viewer's", async () => {
      const session_id = await start(member, { session_type: "peer" });
      const { orgId: org_id } = system.owner;
      await system.owner.api.act(desktopApi, "approve_consent", { org_id, session_id });
      await view(session_id, member);
      const stream = await asked(session_id, 1);
      expect(stream.consent).toEqual({ required: true, granted_by: system.owner.user.id });
    });

    test("a machine's stream takes its own token, once", async () => {
      const session_id = await start();
      await view(session_id);
      const stream = await asked(session_id, 1);
      await expect(dial(session_id, { ...stream, stream_token: "0".repeat(64) })).rejects.toThrow("401");
      await dial(session_id, stream);
      await expect(dial(session_id, stream)).rejects.toThrow("401");
    });

    test("R-21 a machine that dials with another machine's token can verify nothing", async () => {
      const other = await system.register("Win-C");
      const session_id = await start();
      const viewer = await view(session_id);
      const machine = await dial(session_id, await asked(session_id, 1), other);
      viewer.say({ type: "text", text: "secret" });
      machine.show(frame(0));
      await viewer.frames.first(() => true);
      await system.until(() => machine.forged === 1);
      expect(machine.inputs.all).toEqual([]);
    });
  });

  describe("who breaks the rules", () => {
    test.each([
      ["what is no JSON", "hello"],
      ["a message that there is not", '{"type":"format_disk"}'],
      ["a message out of bounds", '{"type":"pointer","x":1e9,"y":0,"buttons":0}'],
      ["binary", Buffer.from([2, 0])],
    ])("a viewer that sends %s is cut off, and the machine hears nothing of it", async (_name, message) => {
      const { viewer, machine } = await joined();
      viewer.socket.send(message);
      expect((await viewer.closed).code).toBe(4400);
      expect((await machine.closed).code).toBe(4001);
      expect([machine.inputs.all, machine.forged]).toEqual([[], 0]);
    });

    test.each([
      ["a text", "hello"],
      ["a frame of no known kind", Buffer.from([9, 9, 9])],
      ["an empty frame", Buffer.alloc(0)],
      ["a frame that is too large", Buffer.alloc(DESKTOP_FRAME_BYTES + 1, 2)],
    ])("a machine that sends %s is cut off, and its viewer may try again", async (_name, message) => {
      const { viewer, machine } = await joined();
      machine.socket.send(message);
      expect((await viewer.closed).code).toBe(AGAIN);
      expect([1009, 4400]).toContain((await machine.closed).code);
      expect(viewer.frames.all).toEqual([]);
    });
  });

  describe("coming and going", () => {
    test("another window takes over: the first is told so, the machine dials anew", async () => {
      const { session_id, viewer, machine } = await joined();
      const second = await view(session_id);
      expect((await viewer.closed).code).toBe(4409);
      await machine.closed;
      const again = await dial(session_id, await asked(session_id, 2));
      again.show(frame(0));
      await second.frames.first(() => true);
    });

    test("a machine's stream that breaks: the viewer may try again, and is shown again", async () => {
      const { session_id, viewer, machine } = await joined();
      machine.socket.terminate();
      expect((await viewer.closed).code).toBe(AGAIN);
      const second = await view(session_id);
      const again = await dial(session_id, await asked(session_id, 2));
      again.show(frame(0));
      await second.frames.first(() => true);
    });

    test("a viewer that leaves: the machine's stream ends, the session does not", async () => {
      const { session_id, viewer, machine } = await joined();
      viewer.socket.close();
      expect((await machine.closed).code).toBe(4001);
      const { orgId: org_id } = system.owner;
      const { session } = await system.owner.api.act(desktopApi, "status", { org_id, session_id });
      expect(session.ended_at).toBeNull();
    });

    test("a machine that refuses, or cannot dial: the viewer is told, and may try again", async () => {
      const session_id = await start();
      const viewer = await view(session_id);
      const { epoch } = await asked(session_id, 1);
      link.send({ type: "refused", session_id, code: "STREAM_FAILED", epoch, reason: "no way there" });
      expect(await viewer.closed).toEqual({ code: AGAIN, reason: "no way there" });
    });

    test("a machine that links again while a viewer waits is asked again", async () => {
      const session_id = await start();
      const viewer = await view(session_id);
      await asked(session_id, 1);
      link.close();
      link = await MachineLink.open(system.url, registration, {
        desktop: { unavailable: null, consent: "never" },
        desktops: [session_id, UNKNOWN],
      });
      const machine = await dial(session_id, await asked(session_id, 1));
      machine.show(frame(0));
      await viewer.frames.first(() => true);
      // What ended while it was away, it is told of; the other one goes on.
      await link.commands.first(({ type, sessionId }) => type === "desktop_end" && sessionId === UNKNOWN);
      expect(link.commands.all.some(({ type, sessionId }) => type === "desktop_end" && sessionId === session_id)).toBe(
        false,
      );
    });

    test("nobody dials: the viewer is told to try again", async () => {
      const viewer = await view(await start());
      expect(await viewer.closed).toMatchObject({ code: AGAIN, reason: expect.stringContaining("in time") });
    }, 20_000);
  });

  describe("R-19 what ends the session closes both sockets at once", () => {
    const closes = async (
      { viewer, machine }: { viewer: DesktopViewer; machine: DesktopMachine },
      [viewerCode, machineCode]: [number, number],
      reason: RegExp,
    ) => {
      const [left, right] = await Promise.all([viewer.closed, machine.closed]);
      expect([left.code, right.code]).toEqual([viewerCode, machineCode]);
      expect(left.reason).toMatch(reason);
    };

    test("its viewer disconnects", async () => {
      const both = await joined();
      const { orgId: org_id } = system.owner;
      await system.owner.api.act(desktopApi, "disconnect", { org_id, session_id: both.session_id });
      await closes(both, [1000, 1000], /disconnected/);
    });

    test("an administrator terminates it", async () => {
      const person = await system.person("admin");
      const both = await joined(person);
      const { orgId: org_id } = system.owner;
      await system.owner.api.act(desktopApi, "terminate", { org_id, session_id: both.session_id });
      await closes(both, [4403, 4403], /terminated/);
    });

    test("a role is lost", async () => {
      const person = await system.person("admin");
      const both = await joined(person);
      const { orgId: org_id } = system.owner;
      await system.owner.api.act(organisationApi, "set_role", { org_id, user_id: person.user.id, role: "member" });
      await closes(both, [4403, 4403], /no longer allowed/);
    });

    test("its viewer signs out", async () => {
      const person = await system.person("admin");
      const both = await joined(person);
      const headers = { authorization: `Bearer ${person.access_token}` };
      await fetch(`${system.url}/api/auth/logout`, { method: "POST", headers });
      const { code, reason } = await both.viewer.closed;
      expect([4401, 4403]).toContain(code);
      expect(reason).toBe("signed out");
      await both.machine.closed;
    });

    test("a window of another sign-in, which ends: its socket closes, the session goes on", async () => {
      const session_id = await start();
      const elsewhere = await system.signIn(OWNER.email, OWNER.password);
      const viewer = await view(session_id, elsewhere);
      await elsewhere.api.call(authApi.logout, {});
      expect(await viewer.closed).toEqual({ code: 4401, reason: "signed out" });
      const { orgId: org_id } = system.owner;
      const { session } = await system.owner.api.act(desktopApi, "status", { org_id, session_id });
      expect(session.ended_at).toBeNull();
    });

    test("the same, when nobody announced it: within the watch's few seconds", async () => {
      const session_id = await start();
      const elsewhere = await system.signIn(OWNER.email, OWNER.password);
      const viewer = await view(session_id, elsewhere);
      const machine = await dial(session_id, await asked(session_id, 1));
      const newest = `SELECT id FROM sign_ins WHERE user_id = '${elsewhere.user.id}' ORDER BY created_at DESC LIMIT 1`;
      await system.sql(`UPDATE sign_ins SET revoked_at = now() WHERE id = (${newest})`);
      expect((await viewer.closed).code).toBe(4401);
      await machine.closed;
    });

    test("the machine is disabled, and the plan is lost", async () => {
      const both = await joined();
      const { orgId: org_id } = system.owner;
      const machine = { org_id, machine_id: registration.machine_id };
      await system.owner.api.act(machineAdminApi, "set_session_enabled", { ...machine, session_enabled: false });
      await closes(both, [4403, 4403], /switched off/);
      await system.owner.api.act(machineAdminApi, "set_session_enabled", { ...machine, session_enabled: true });
      const more = await joined();
      await system.sql(`UPDATE orgs SET plan = 'free' WHERE id = '${org_id}'`);
      await closes(more, [4403, 4403], /plan/);
      await system.sql(`UPDATE orgs SET plan = 'enterprise' WHERE id = '${org_id}'`);
    }, 30_000);

    test("the person at the machine ends it", async () => {
      const both = await joined();
      const { session_id } = both;
      link.send({ type: "desktop_ended", session_id, by_person: true, reason: "enough" });
      await closes(both, [4403, 4403], /ended at the machine/);
    });

    test("the machine is deleted", async () => {
      const doomed = await system.register("doomed");
      const its = await MachineLink.open(system.url, doomed);
      const { orgId: org_id } = system.owner;
      const { machine_id } = doomed;
      const { session_id } = await system.owner.api.act(desktopApi, "initiate", {
        org_id,
        machine_id,
        session_type: "admin",
      });
      const viewer = await view(session_id);
      await its.commands.first(({ type }) => type === "desktop_stream");
      await system.owner.api.act(machineAdminApi, "delete", { org_id, machine_id });
      expect((await viewer.closed).code).toBe(4403);
    });
  });

  test("F-26 a control plane that restarts sends both away with a code that says try again, and goes on", async () => {
    const { session_id, viewer, machine } = await joined();
    await system.server.stop("SIGTERM");
    expect((await viewer.closed).code).toBe(1012);
    expect((await machine.closed).code).toBe(4001);
    await system.startServer();
    link = await MachineLink.open(system.url, registration, { desktop: { unavailable: null, consent: "never" } });
    const second = await view(session_id);
    const again = await dial(session_id, await asked(session_id, 2));
    again.show(frame(0));
    await second.frames.first(() => true);
  });
});

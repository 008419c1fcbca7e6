/** What a machine says of its screen, the person at it, and the servers through which it is reached. */
import { createHmac } from "node:crypto";
import {
  CONSENT_PROMPT_SECONDS,
  DESKTOP_SETUP_SECONDS,
  type DesktopAsk,
  type DesktopFacts,
  type DesktopOffer,
  desktopApi,
  type Registration,
} from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LiveEars, MachineLink } from "../harness/live-ends.ts";
import { freshDatabase } from "../harness/postgres.ts";
import { DATABASES, type Person, System } from "../harness/system.ts";

const SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
const STUN = "stun:stun.example.com:3478";
const TURN = "turns:turn.example.com:5349?transport=tcp";
const SECRET = "shared-with-coturn";

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  let member: Person;
  let org_id: string;
  const links: MachineLink[] = [];

  beforeAll(async () => {
    system = await System.start({
      HEARTBEAT_TIMEOUT_SECONDS: "600",
      STUN_URLS: STUN,
      TURN_URLS: TURN,
      TURN_SECRET: SECRET,
      TURN_TTL_SECONDS: "600",
      ...(url && { DATABASE_URL: await freshDatabase(url) }),
    });
    member = await system.person("member");
    org_id = system.owner.orgId;
  });
  afterAll(() => system.stop());
  afterEach(() => {
    for (const link of links.splice(0)) link.close();
  });

  const linked = async (
    registration: Registration,
    desktop: DesktopFacts | undefined = { unavailable: null, consent: "peers" },
  ) => {
    const link = await MachineLink.open(system.url, registration, { desktop });
    links.push(link);
    return link;
  };
  const machine = async (name: string, desktop?: DesktopFacts) => {
    const registration = await system.register(name);
    return { registration, link: await linked(registration, desktop) };
  };
  const initiate = async (machine_id: string, who: Person = member, fields: object = {}) =>
    (await who.api.act(desktopApi, "initiate", { org_id, machine_id, ...fields })).session_id;
  const statusOf = async (session_id: string) =>
    (await system.owner.api.act(desktopApi, "status", { org_id, session_id })).session;
  const asked = async (link: MachineLink, session_id: string) =>
    (await link.commands.first(({ type, sessionId }) => type === "desktop_ask" && sessionId === session_id))
      .payload as DesktopAsk;
  const events = (action: string, session_id: string) =>
    system.sql(
      `SELECT actor_id, metadata FROM audit_logs WHERE action = '${action}' AND resource_id = '${session_id}'`,
    );
  /** Whatever was sent before has been looked at. */
  const settled = async (link: MachineLink, { machine_id }: Registration) => {
    const last = await initiate(machine_id, system.owner, { session_type: "admin" });
    link.send({ type: "refused", session_id: last, code: "NO_DESKTOP", reason: "a mark" });
    await system.until(async () => (await statusOf(last)).refusal === "a mark");
    await system.owner.api.act(desktopApi, "disconnect", { org_id, session_id: last });
  };

  describe("what a machine says of its screen", () => {
    const desktopOf = async ({ machine_id }: Registration) =>
      (await system.machines()).find(({ id }) => id === machine_id)?.desktop;

    test("is in lists, changes, and is announced", async () => {
      const ears = await LiveEars.open(system.url, member);
      const { registration, link } = await machine("facts", { unavailable: null, consent: "always" });
      const shown = { available: true, reason: null, consent: "always" };
      await system.until(async () => (await desktopOf(registration)) !== null, "the facts");
      expect(await desktopOf(registration)).toEqual(shown);
      link.send({ type: "desktop", desktop: { unavailable: "no display\0 here", consent: "never" } });
      const hidden = { available: false, reason: "no display\ufffd here", consent: "never" };
      await ears.events.first(
        (event) => event.type === "machine.changed" && JSON.stringify(event.machine.desktop) !== JSON.stringify(shown),
      );
      await system.until(async () => (await desktopOf(registration))?.available === false, "the new facts");
      expect(await desktopOf(registration)).toEqual(hidden);
      // An agent that knows no desktops took its place.
      const older = await MachineLink.open(system.url, registration);
      await system.until(async () => (await desktopOf(registration)) === null, "no facts");
      older.close();
      ears.close();
    });

    test("a session on a machine without a desktop is made, and its viewer told at once", async () => {
      const { registration } = await machine("headless", { unavailable: "install xvfb", consent: "peers" });
      await system.until(async () => (await desktopOf(registration))?.available === false, "the facts");
      const session_id = await initiate(registration.machine_id, system.owner, { session_type: "admin" });
      expect(await statusOf(session_id)).toMatchObject({ status: "pending", refusal: "install xvfb" });
      await system.owner.api.act(desktopApi, "offer", { org_id, session_id, sdp_offer: SDP });
      expect(await statusOf(session_id)).toMatchObject({ status: "signaling", refusal: null });
    });
  });

  describe("the person at the machine", () => {
    test("is asked, grants, and the session goes on with nobody's name", async () => {
      const { registration, link } = await machine("grants");
      const ears = await LiveEars.open(system.url, member);
      const session_id = await initiate(registration.machine_id);
      const { expires_in, ...ask } = await asked(link, session_id);
      expect(ask).toEqual({ session_type: "peer", viewer_email: member.user.email });
      expect(expires_in).toBeLessThanOrEqual(DESKTOP_SETUP_SECONDS);
      expect(expires_in).toBeGreaterThan(CONSENT_PROMPT_SECONDS);
      link.send({ type: "desktop_consent", session_id, outcome: "granted" });
      await ears.events.first((event) => event.type === "desktop.changed" && event.session.consent_granted === true);
      expect(await events("remote.desktop_consent_approved", session_id)).toMatchObject([
        { actor_id: null, metadata: { by: "machine", machine_name: "grants" } },
      ]);
      await member.api.act(desktopApi, "offer", { org_id, session_id, sdp_offer: SDP });
      const { payload } = await link.commands.first(({ type }) => type === "desktop_offer");
      expect((payload as DesktopOffer).consent).toEqual({ required: true, granted_by: null });
      // It says so again: nothing happens twice.
      link.send({ type: "desktop_consent", session_id, outcome: "granted" });
      await settled(link, registration);
      expect(await events("remote.desktop_consent_approved", session_id)).toHaveLength(1);
      ears.close();
    });

    test("refuses: the session is rejected, and the machine hears of its end", async () => {
      const { registration, link } = await machine("refuses");
      const session_id = await initiate(registration.machine_id);
      await asked(link, session_id);
      link.send({ type: "desktop_consent", session_id, outcome: "refused" });
      await link.commands.first(({ type, sessionId }) => type === "desktop_end" && sessionId === session_id);
      expect(await statusOf(session_id)).toMatchObject({
        status: "rejected",
        consent_granted: false,
        end_reason: "the person at the machine refused",
      });
      expect(await events("remote.desktop_consent_rejected", session_id)).toMatchObject([
        { actor_id: null, metadata: { by: "machine" } },
      ]);
    });

    test.each([
      ["timed_out", /nobody at the machine has answered/],
      ["nobody_there", /nobody is at the machine/],
      ["locked", /locked/],
    ] as const)(
      "%s: it still waits, the viewer knows for whom, and the dashboard can approve",
      async (outcome, why) => {
        const { registration, link } = await machine(`undecided-${outcome}`);
        const session_id = await initiate(registration.machine_id);
        await asked(link, session_id);
        link.send({ type: "desktop_consent", session_id, outcome });
        await system.until(async () => (await statusOf(session_id)).refusal !== null, "the outcome");
        const session = await statusOf(session_id);
        expect(session).toMatchObject({ status: "pending", consent_granted: null });
        expect(session.refusal).toMatch(why);
        expect(session.refusal).toContain("can still approve");
        await system.owner.api.act(desktopApi, "approve_consent", { org_id, session_id });
        expect(await statusOf(session_id)).toMatchObject({ consent_granted: true, refusal: null });
        // Nobody is asked a second time.
        await settled(link, registration);
        expect(link.commands.all.filter(({ type }) => type === "desktop_ask")).toHaveLength(1);
      },
    );

    test("R-35 refuses what a dashboard approved: a refusal is what remains", async () => {
      const { registration, link } = await machine("takes-back");
      const session_id = await initiate(registration.machine_id);
      await asked(link, session_id);
      await system.owner.api.act(desktopApi, "approve_consent", { org_id, session_id });
      link.send({ type: "desktop_consent", session_id, outcome: "refused" });
      await system.until(async () => (await statusOf(session_id)).status === "rejected", "the refusal");
    });

    test("R-35 R-17 of answers of both at once there is one outcome", async () => {
      const { registration, link } = await machine("races");
      for (let round = 0; round < 5; round++) {
        const session_id = await initiate(registration.machine_id);
        await asked(link, session_id);
        const approved = Array.from({ length: 3 }, () =>
          system.owner.api.act(desktopApi, "approve_consent", { org_id, session_id }).catch(() => undefined),
        );
        for (const outcome of ["granted", "refused", "granted"] as const) {
          link.send({ type: "desktop_consent", session_id, outcome });
        }
        await Promise.all(approved);
        await system.until(async () => (await statusOf(session_id)).status === "rejected", "the refusal");
        expect(await statusOf(session_id)).toMatchObject({ consent_granted: false });
        expect(await events("remote.desktop_consent_rejected", session_id)).toHaveLength(1);
        expect((await events("remote.desktop_consent_approved", session_id)).length).toBeLessThanOrEqual(1);
      }
    });

    test("H2 R-21 only the machine that was asked may answer, and only for itself", async () => {
      const { registration, link } = await machine("asked");
      const { registration: liarRegistration, link: liar } = await machine("liar");
      const { registration: mutes, link: mute } = await machine("mute", { unavailable: null, consent: "never" });
      const session_id = await initiate(registration.machine_id);
      await asked(link, session_id);
      liar.send({ type: "desktop_consent", session_id, outcome: "granted" });
      liar.send({ type: "desktop_ended", session_id, by_person: true, reason: "a lie" });
      await settled(liar, liarRegistration);
      expect(await statusOf(session_id)).toMatchObject({ status: "pending", consent_granted: null });
      // A machine that asks nobody was not asked.
      const unasked = await initiate(mutes.machine_id);
      mute.send({ type: "desktop_consent", session_id: unasked, outcome: "granted" });
      await settled(mute, mutes);
      expect(await statusOf(unasked)).toMatchObject({ status: "pending", consent_granted: null });
      expect(mute.commands.all.map(({ type }) => type)).not.toContain("desktop_ask");
      // One that needs no consent cannot be refused by it.
      const admins = await initiate(registration.machine_id, system.owner, { session_type: "admin" });
      link.send({ type: "desktop_consent", session_id: admins, outcome: "refused" });
      await system.owner.api.act(desktopApi, "disconnect", { org_id, session_id: admins });
      await settled(link, registration);
      expect((await statusOf(admins)).status).toBe("disconnected");
    });

    test("is asked when the machine links anew, and when it has a screen at last", async () => {
      const registration = await system.register("late");
      const session_id = await initiate(registration.machine_id);
      const first = await linked(registration);
      await asked(first, session_id);
      first.close();
      const second = await linked(registration, { unavailable: "nobody is signed in", consent: "peers" });
      await settled(second, registration);
      expect(second.commands.all.map(({ type }) => type)).not.toContain("desktop_ask");
      const other = await system.person("member");
      const waiting = await initiate(registration.machine_id, other);
      second.send({ type: "desktop", desktop: { unavailable: null, consent: "peers" } });
      await asked(second, waiting);
    });

    test("decides nothing about a session whose time is over", async () => {
      const { registration, link } = await machine("too-late");
      const session_id = await initiate(registration.machine_id);
      await asked(link, session_id);
      await system.sql(
        `UPDATE remote_desktop_sessions SET created_at = now() - interval '121 seconds' WHERE id = '${session_id}'`,
      );
      link.send({ type: "desktop_consent", session_id, outcome: "granted" });
      await system.until(async () => (await statusOf(session_id)).status === "expired", "the expiry");
      expect(await events("remote.desktop_consent_approved", session_id)).toEqual([]);
    });

    test("ends a session, or something there breaks: recorded with who it was", async () => {
      const { registration, link } = await machine("ends");
      const start = () => initiate(registration.machine_id, system.owner, { session_type: "admin" });
      const by = await start();
      link.send({ type: "desktop_ended", session_id: by, by_person: true, reason: "enough" });
      await system.until(async () => (await statusOf(by)).status === "disconnected", "the end");
      expect((await statusOf(by)).end_reason).toBe("ended at the machine");
      expect(await events("remote.desktop_disconnected", by)).toMatchObject([
        { actor_id: null, metadata: { by: "the person at the machine", machine_reason: "enough" } },
      ]);
      const second = await start();
      link.send({ type: "desktop_ended", session_id: second, by_person: false, reason: "the X server ended" });
      await system.until(async () => (await statusOf(second)).status === "disconnected", "the end");
      expect((await statusOf(second)).end_reason).toBe("ended at the machine: the X server ended");
    });
  });

  describe("ICE servers", () => {
    const iceServers = (session_id: string, who: Person) =>
      who.api.act(desktopApi, "ice_servers", { org_id, session_id }).catch((error: { code: string }) => error.code);

    test("RD-166 R-33 are for the viewer alone, after consent, with credentials that last a while", async () => {
      const { registration, link } = await machine("ice");
      const session_id = await initiate(registration.machine_id);
      expect(await iceServers(session_id, member)).toBe("CONSENT_PENDING");
      await system.owner.api.act(desktopApi, "approve_consent", { org_id, session_id });
      expect(await iceServers(session_id, system.owner)).toBe("FORBIDDEN");
      const answer = await iceServers(session_id, member);
      if (typeof answer === "string") throw new Error(answer);
      const [stun, turn] = answer.ice_servers;
      expect(answer.expires_in).toBe(600);
      expect(stun).toEqual({ urls: [STUN] });
      const [expires, of] = (turn?.username ?? "").split(":");
      expect(of).toBe(session_id);
      expect(Math.abs(Number(expires) - 600 - Date.now() / 1_000)).toBeLessThan(60);
      const credential = createHmac("sha1", SECRET)
        .update(turn?.username ?? "")
        .digest("base64");
      expect(turn).toMatchObject({ urls: [TURN], credential });

      await member.api.act(desktopApi, "offer", { org_id, session_id, sdp_offer: SDP });
      const { payload } = await link.commands.first(({ type }) => type === "desktop_offer");
      expect((payload as DesktopOffer).ice_servers[1]).toMatchObject({ urls: [TURN], username: expect.any(String) });
      expect(JSON.stringify(payload)).not.toContain(SECRET);
      await system.owner.api.act(desktopApi, "terminate", { org_id, session_id });
      expect(await iceServers(session_id, member)).toBe("INVALID_STATE");
    });
  });
});

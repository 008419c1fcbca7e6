/** The host's part against a real process that speaks the desktop process's messages. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  DESKTOPS_PER_MACHINE,
  type DesktopAsk,
  type DesktopOffer,
  type DesktopStream,
  RemoteError,
} from "@sallyport/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FromHost } from "../host/host-protocol.ts";
import { ServerClock } from "../host/server-clock.ts";
import { desktopStreamKey } from "../identity/channel-keys.ts";
import { Inbox } from "../testing/inbox.ts";
import { aLogger } from "../testing/test-host.ts";
import { DesktopService } from "./desktop-service.ts";
import { DEFAULT_DESKTOP, type DesktopSettings } from "./desktop-settings.ts";
import type { DesktopPost } from "./session-posts.ts";
import { ToDesktop } from "./worker-messages.ts";

const FIXTURE = fileURLToPath(new URL("desktop-process.fixture.mjs", import.meta.url));
const MACHINE_KEY = "k".repeat(64);

class World {
  readonly told = new Inbox<ToDesktop>();
  readonly reports = new Inbox<FromHost>();
  readonly posted: (DesktopPost & { sessionId: string })[] = [];
  readonly children: ChildProcess[] = [];
  readonly clock = new ServerClock();
  /** What the control plane says to the next posts, instead of taking them. */
  readonly refusals: RemoteError[] = [];
  readonly service: DesktopService;

  constructor({ says = "", idleMs = 60_000 } = {}) {
    this.clock.set(Date.now() + 5_000);
    this.service = new DesktopService({
      identity: { machineId: randomUUID(), machineKey: MACHINE_KEY, clock: this.clock },
      startProcess: () => this.#start(says),
      post: async (sessionId, post) => {
        const refusal = this.refusals.shift();
        if (refusal) throw refusal;
        this.posted.push({ sessionId, ...post });
      },
      report: (message) => this.reports.push(message),
      usageChanged: () => {},
      logger: aLogger().logger,
      idleMs,
    });
  }

  configure(over: Partial<DesktopSettings> = {}, sessionEnabled = true): void {
    this.service.configure({ ...DEFAULT_DESKTOP, ...over }, { sessionEnabled });
  }

  /** What the process was told of this type, next. */
  process<Type extends ToDesktop["type"]>(type: Type): Promise<Extract<ToDesktop, { type: Type }>> {
    return this.told.next((message): message is Extract<ToDesktop, { type: Type }> => message.type === type);
  }

  report<Type extends FromHost["type"]>(type: Type): Promise<Extract<FromHost, { type: Type }>> {
    return this.reports.next((message): message is Extract<FromHost, { type: Type }> => message.type === type);
  }

  async untilPosted(count: number): Promise<void> {
    while (this.posted.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The process has said and heard everything that was under way. */
  async settled(): Promise<void> {
    this.service.look();
    await this.process("look");
  }

  #start(says: string): ChildProcess {
    const child = spawn(process.execPath, [FIXTURE], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { FIXTURE: says },
    });
    child.on("message", (raw) => {
      const { type, message } = raw as { type: string; message: unknown };
      if (type === "echo") this.told.push(ToDesktop.parse(message));
    });
    this.children.push(child);
    return child;
  }
}

let world: World;
beforeEach(() => {
  world = new World();
  world.configure();
});
afterEach(() => world.service.stop("the test is over"));

const offer = (name: string, over: Partial<DesktopOffer> = {}): DesktopOffer => ({
  session_type: "admin",
  viewer_email: `${name}@example.com`,
  sdp_offer: "v=0\r\noffer",
  consent: { required: false, granted_by: null },
  ice_servers: [{ urls: ["stun:stun.example.com"] }],
  ...over,
});
const peer = (name: string, over: Partial<DesktopOffer> = {}): DesktopOffer =>
  offer(name, { session_type: "peer", consent: { required: true, granted_by: null }, ...over });
const stream = (name: string, epoch: number, over: Partial<DesktopStream> = {}): DesktopStream => ({
  session_type: "admin",
  viewer_email: `${name}@example.com`,
  consent: { required: false, granted_by: null },
  epoch,
  stream_url: "ws://127.0.0.1:1/",
  stream_token: "t",
  ...over,
});
const ask = (name: string): DesktopAsk => ({
  session_type: "peer",
  viewer_email: `${name}@example.com`,
  expires_in: 20,
});

describe("what the machine says of its screen", () => {
  test("is found by the process, and told when it is news", async () => {
    expect(world.service.facts).toBeUndefined();
    expect(await world.report("desktop")).toEqual({
      type: "desktop",
      desktop: { unavailable: null, consent: "peers" },
    });
    world.service.look();
    expect((await world.report("desktop")).desktop.unavailable).toBe("it looked again");
    expect(world.children).toHaveLength(1);
  });

  test("also that the process does not start", async () => {
    const broken = new World({ says: "broken" });
    broken.configure();
    expect((await broken.report("desktop")).desktop.unavailable).toMatch(/does not start: it ended with status 1/);
  });

  test("is not looked for on a machine that shows none", () => {
    const off = new World();
    off.configure({ shown: false });
    expect(off.service.facts?.unavailable).toMatch(/ZTNA_DESKTOP=off/);
    expect(off.service.offer(randomUUID(), offer("viewer"))).toMatchObject({ code: "NO_DESKTOP" });
    expect(off.service.ask(randomUUID(), ask("viewer"))).toMatchObject({ code: "NO_DESKTOP" });
    expect(off.children).toEqual([]);
  });

  test("a process that is of no use goes, and comes back for the next offer", async () => {
    const brief = new World({ idleMs: 20 });
    brief.configure();
    await once(brief.children[0] as ChildProcess, "exit");
    brief.service.offer(randomUUID(), offer("viewer"));
    await brief.process("offer");
    expect(brief.children).toHaveLength(2);
    brief.service.stop("over");
  });
});

describe("an offer", () => {
  test("is given on, and its answer told before its candidates", async () => {
    const id = randomUUID();
    expect(world.service.offer(id, offer("viewer"))).toBeUndefined();
    expect(await world.process("offer")).toMatchObject({
      session_id: id,
      sdp_offer: "v=0\r\noffer",
      ice_servers: [{ urls: ["stun:stun.example.com"] }],
      policy: { input: true, clipboard: { to_machine: true, from_machine: true } },
    });
    await world.untilPosted(3);
    expect(world.posted).toEqual([
      { sessionId: id, what: "answer", sdp: "v=0\r\nanswer to v=0\r\noffer" },
      {
        sessionId: id,
        what: "candidate",
        candidate: expect.objectContaining({ candidate: expect.stringMatching(/1 typ/) }),
      },
      { sessionId: id, what: "candidate", candidate: { candidate: "" } },
    ]);
    expect(world.service.heldIds).toEqual([id]);
    expect(world.service.isInUse).toBe(true);
  });

  test("that repeats is answered again, and the process does not hear of it", async () => {
    const id = randomUUID();
    world.service.offer(id, offer("viewer"));
    world.service.offer(id, offer("viewer"));
    await world.untilPosted(3);
    world.service.offer(id, offer("viewer"));
    await world.untilPosted(4);
    expect(world.posted[3]).toEqual(world.posted[0]);
    await world.process("offer");
    await world.settled();
    expect(world.told.all.filter(({ type }) => type === "offer")).toHaveLength(1);
  });

  test("carries the policy of this machine, whatever the control plane may wish", async () => {
    world.configure({ input: false, clipboard: { to_machine: false, from_machine: true } });
    world.service.offer(randomUUID(), offer("viewer"));
    expect((await world.process("offer")).policy).toEqual({
      input: false,
      clipboard: { to_machine: false, from_machine: true },
    });
  });

  test("F-26 while the control plane is away, its answer waits and keeps its order; the process goes on", async () => {
    const away = () => new RemoteError(0, { code: "UNREACHABLE", message: "down" });
    world.refusals.push(away(), away(), new RemoteError(503, { code: "DB_UNAVAILABLE", message: "away" }));
    world.service.offer(randomUUID(), offer("viewer"));
    await world.untilPosted(3);
    expect(world.posted.map(({ what }) => what)).toEqual(["answer", "candidate", "candidate"]);
  });

  test("gives way to a newer one: what was not told of the former is dropped", async () => {
    const id = randomUUID();
    for (let at = 0; at < 200; at++) world.refusals.push(new RemoteError(0, { code: "UNREACHABLE", message: "down" }));
    world.service.offer(id, offer("viewer"));
    await world.process("offer");
    await world.settled();
    world.refusals.length = 0;
    world.service.offer(id, offer("viewer", { sdp_offer: "v=0\r\nsecond" }));
    await world.untilPosted(3);
    expect(world.posted[0]).toMatchObject({ what: "answer", sdp: "v=0\r\nanswer to v=0\r\nsecond" });
  });

  test("one candidate that is not taken does not keep the others; a session that is over ends here", async () => {
    const id = randomUUID();
    world.refusals.push(new RemoteError(400, { code: "INVALID_INPUT", message: "no such address" }));
    world.service.offer(id, offer("viewer"));
    await world.untilPosted(2);
    expect(world.posted.map(({ what }) => what)).toEqual(["candidate", "candidate"]);
    world.refusals.push(new RemoteError(404, { code: "NOT_FOUND", message: "Session not found" }));
    world.service.offer(id, offer("viewer", { sdp_offer: "v=0\r\nsecond" }));
    expect(await world.process("end")).toMatchObject({ session_id: id });
    expect(world.service.heldIds).toEqual([]);
  });

  test("candidates of the viewer are taken once and in order", async () => {
    const id = randomUUID();
    world.service.candidate(id, { id: 1, candidate: { candidate: "of nobody" } });
    world.service.offer(id, offer("viewer"));
    for (const number of [2, 3, 3, 2, 4])
      world.service.candidate(id, { id: number, candidate: { candidate: `${number}` } });
    for (const expected of ["2", "3", "4"])
      expect((await world.process("candidate")).candidate.candidate).toBe(expected);
  });

  test("of which the process says no is told so, with its words", async () => {
    const id = randomUUID();
    world.service.offer(id, offer("unwilling"));
    expect(await world.report("refused")).toMatchObject({ session_id: id, code: "NO_DESKTOP", reason: "no encoder" });
    expect(world.service.isInUse).toBe(false);
  });

  test("a process that dies ends what it showed; the next offer, the same one too, starts another", async () => {
    const id = randomUUID();
    world.service.offer(id, offer("crash"));
    expect((await world.report("refused")).reason).toMatch(/ended with status 3/);
    expect(world.service.isInUse).toBe(false);
    world.service.offer(id, offer("crash"));
    await world.report("refused");
    expect(world.children).toHaveLength(2);
  });

  test("a machine shows so many at a time, and no more", async () => {
    for (let at = 0; at < DESKTOPS_PER_MACHINE; at++) {
      expect(world.service.offer(randomUUID(), offer("viewer"))).toBeUndefined();
    }
    expect(world.service.offer(randomUUID(), offer("viewer"))).toMatchObject({ code: "NO_DESKTOP" });
    expect(world.service.heldIds).toHaveLength(DESKTOPS_PER_MACHINE + 1);
  });
});

describe("consent", () => {
  test("R-35 with 'always' nothing is shown before the person granted, whatever was signed", async () => {
    world.configure({ consent: "always" });
    const id = randomUUID();
    world.service.offer(id, offer("silent", { consent: { required: true, granted_by: randomUUID() } }));
    world.service.stream(id, stream("silent", 1, { consent: { required: true, granted_by: randomUUID() } }));
    await world.process("ask");
    await world.settled();
    expect(world.told.all.map(({ type }) => type)).not.toContain("offer");
    expect(world.told.all.map(({ type }) => type)).not.toContain("stream");
    expect(world.service.isInUse).toBe(true);
  });

  test("R-35 the person grants: shown, with what came meanwhile, and not asked again in this session", async () => {
    world.configure({ consent: "always" });
    const id = randomUUID();
    world.service.offer(id, offer("granted"));
    world.service.candidate(id, { id: 7, candidate: { candidate: "early" } });
    await world.process("offer");
    expect((await world.process("candidate")).candidate.candidate).toBe("early");
    world.service.offer(id, offer("granted", { sdp_offer: "v=0\r\nagain" }));
    await world.process("offer");
    expect(world.told.all.filter(({ type }) => type === "ask")).toHaveLength(1);
  });

  test("R-35 the person refuses: the session is over, and stays so", async () => {
    world.configure({ consent: "always" });
    const id = randomUUID();
    world.service.offer(id, offer("refused"));
    expect(await world.report("desktop_ended")).toMatchObject({ session_id: id, by_person: true });
    expect(world.service.offer(id, offer("granted"))).toMatchObject({
      code: "NO_DESKTOP",
      reason: expect.stringMatching(/refused/),
    });
    expect(world.told.all.map(({ type }) => type)).not.toContain("offer");
    // What the control plane may not have heard is told again, until it says that the session is over.
    world.service.linked();
    expect(await world.report("desktop_ended")).toMatchObject({ session_id: id });
    world.service.end(id, "ended at the machine");
    world.service.linked();
    await world.settled();
    expect(world.reports.all.filter(({ type }) => type === "desktop_ended")).toHaveLength(2);
  });

  test.each(["timed_out", "nobody_there", "locked"])(
    "%s: not shown, told why, and the same offer asks nobody twice",
    async (outcome) => {
      const id = randomUUID();
      world.service.offer(id, peer(outcome));
      expect(await world.report("refused")).toMatchObject({ session_id: id, code: "NO_DESKTOP" });
      expect(world.service.offer(id, peer(outcome))).toMatchObject({ code: "NO_DESKTOP" });
      await world.settled();
      expect(world.told.all.filter(({ type }) => type === "ask")).toHaveLength(1);
      // Another one is another try.
      world.service.offer(id, peer(outcome, { sdp_offer: "v=0\r\nagain" }));
      await world.report("refused");
      expect(world.told.all.filter(({ type }) => type === "ask")).toHaveLength(2);
      // And what owner or administrator consented to since is shown.
      world.service.offer(id, peer(outcome, { consent: { required: true, granted_by: randomUUID() } }));
      await world.process("offer");
    },
  );

  test("where the configuration allows it, nobody there is a yes", async () => {
    world.configure({ unattended: true });
    world.service.offer(randomUUID(), peer("nobody_there"));
    await world.process("offer");
  });

  test.each([
    ["peers: an administrator's own session", "peers", offer("silent")],
    [
      "peers: a peer session that somebody consented to",
      "peers",
      peer("silent", { consent: { required: true, granted_by: randomUUID() } }),
    ],
    ["never: any session", "never", peer("silent")],
  ] as const)("%s asks nobody", async (_name, consent, command) => {
    world.configure({ consent });
    world.service.offer(randomUUID(), command);
    await world.process("offer");
    expect(world.told.all.map(({ type }) => type)).not.toContain("ask");
  });

  test("the control plane's question is put once, and its answer told each time", async () => {
    const id = randomUUID();
    expect(world.service.ask(id, ask("granted"))).toBeUndefined();
    world.service.ask(id, ask("granted"));
    expect(await world.process("ask")).toMatchObject({ session_id: id, seconds: 20 });
    expect(await world.report("desktop_consent")).toEqual({
      type: "desktop_consent",
      session_id: id,
      outcome: "granted",
    });
    // It links anew, and asks again.
    world.service.ask(id, ask("granted"));
    expect(await world.report("desktop_consent")).toMatchObject({ outcome: "granted" });
    // What was granted here needs no name.
    world.service.offer(id, peer("granted"));
    await world.process("offer");
    expect(world.told.all.filter(({ type }) => type === "ask")).toHaveLength(1);
  });

  test("a refusal is told once as an answer, not also as an end", async () => {
    const id = randomUUID();
    world.service.ask(id, ask("refused"));
    expect(await world.report("desktop_consent")).toMatchObject({ outcome: "refused" });
    world.service.ask(id, ask("refused"));
    expect(await world.report("desktop_consent")).toMatchObject({ outcome: "refused" });
    expect(world.reports.all.map(({ type }) => type)).not.toContain("desktop_ended");
  });

  test("a question goes from the screen when somebody else has decided, or the session is over", async () => {
    const [approved, ended] = [randomUUID(), randomUUID()];
    world.service.ask(approved, ask("silent"));
    world.service.ask(ended, ask("silent"));
    world.service.offer(approved, peer("silent", { consent: { required: true, granted_by: randomUUID() } }));
    expect(await world.process("unask")).toMatchObject({ session_id: approved });
    await world.process("offer");
    world.service.end(ended, "rejected");
    expect(await world.process("unask")).toMatchObject({ session_id: ended });
    expect(world.service.heldIds).toEqual([approved]);
  });

  test("a machine that asks nobody does not ask because it is told to", () => {
    world.configure({ consent: "never" });
    expect(world.service.ask(randomUUID(), ask("silent"))).toMatchObject({ code: "NO_DESKTOP" });
  });
});

describe("a stream", () => {
  test("is given on with a key of its own and the control plane's time", async () => {
    const id = randomUUID();
    world.service.stream(id, stream("viewer", 3));
    const given = await world.process("stream");
    expect(given).toMatchObject({ session_id: id, epoch: 3, stream_token: "t" });
    const { challenge } = given;
    expect(given.key).toBe(desktopStreamKey(MACHINE_KEY, { sessionId: id, epoch: 3, challenge }));
    expect(given.key).not.toContain(MACHINE_KEY);
    expect(Math.abs(given.clock_offset_ms - 5_000)).toBeLessThan(1_000);
  });

  test("the same again is nothing new, an older one is refused, a newer one counts", async () => {
    const id = randomUUID();
    for (const epoch of [2, 2, 1]) {
      const why = world.service.stream(id, stream("viewer", epoch));
      expect(why?.code).toBe(epoch === 1 ? "STALE_EPOCH" : undefined);
    }
    world.service.stream(id, stream("viewer", 3));
    expect([(await world.process("stream")).epoch, (await world.process("stream")).epoch]).toEqual([2, 3]);
  });
});

describe("ends", () => {
  test("by the person at the machine: told, and not shown again", async () => {
    const id = randomUUID();
    world.service.offer(id, offer("leaver"));
    expect(await world.report("desktop_ended")).toEqual({
      type: "desktop_ended",
      session_id: id,
      by_person: true,
      reason: "the person ended it",
    });
    expect(world.service.heldIds).toEqual([]);
    expect(world.service.offer(id, offer("viewer"))).toMatchObject({ code: "NO_DESKTOP" });
  });

  test.each([
    ["X-30 sessions that are switched off", () => world.configure({}, false)],
    ["desktops that are switched off", () => world.configure({ shown: false })],
  ])("%s take what is shown along", async (_name, switchOff) => {
    const id = randomUUID();
    world.service.offer(id, offer("viewer"));
    await world.process("offer");
    switchOff();
    expect(await world.report("desktop_ended")).toMatchObject({ session_id: id, by_person: false });
    expect(world.service.isInUse).toBe(false);
    await once(world.children[0] as ChildProcess, "exit");
  });
});

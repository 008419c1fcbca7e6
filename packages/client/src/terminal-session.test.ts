import { encodeJson, FrameKind, INPUT_WINDOW_BYTES, RemoteError } from "@sallyport/protocol";
import { describe, expect, test } from "vitest";
import { ManualClock, settle } from "./manual-clock.fixture.ts";
import type { SessionState, SessionStatus, TerminalSessionOptions } from "./session-contract.ts";
import { TerminalSession } from "./terminal-session.ts";
import { bytes, SESSION, TestSocket, text } from "./test-socket.fixture.ts";

const UNREACHABLE = new RemoteError(0, { code: "UNREACHABLE", message: "no answer" });
const refusal = (status: number, code: string) => new RemoteError(status, { code, message: `${code}!` });

const view = (over: Partial<SessionStatus["session"]> = {}): SessionStatus["session"] => ({
  id: SESSION,
  kind: "shell",
  machine_id: SESSION,
  machine_name: "m",
  user_id: SESSION,
  user_email: "a@example.com",
  status: "active",
  attached: true,
  attached_at: null,
  ip_address: null,
  created_at: "",
  ended_at: null,
  cause: null,
  exit_code: null,
  ...over,
});

/** A person with a session whose sockets and answers are the test's. */
function person(over: Partial<TerminalSessionOptions> = {}) {
  const clock = new ManualClock();
  const sockets: TestSocket[] = [];
  const states: SessionState[] = [];
  const told: unknown[] = [];
  const answers = {
    access: async (): Promise<string> => "jwt",
    create: async (): Promise<string> => `token-${++answers.created}`,
    created: 0,
    status: async (): Promise<SessionStatus> => ({ session: view(), may_attach: "yes" }),
  };
  const session = new TerminalSession(
    {
      target: { baseUrl: "https://door.example", orgId: "o", machineId: "m" },
      dial: (url, protocols) => {
        const socket = new TestSocket(url, protocols);
        socket.readyState = 0;
        sockets.push(socket);
        return socket;
      },
      accessToken: () => answers.access(),
      createSession: () => answers.create(),
      status: () => answers.status(),
      size: { cols: 100, rows: 30 },
      random: () => 0.5,
      clock,
      ...over,
    },
    {
      state: (state) => states.push(state),
      reset: () => told.push("reset"),
      output: (part) => told.push(text(part)),
      gap: (gap) => told.push({ gap }),
      attached: ({ start }) => told.push({ attached: start }),
      pendingInput: (pending) => told.push({ pending: text(pending.text), bytes: pending.bytes }),
      inputDropped: (dropped) => told.push({ dropped }),
      notice: ({ code }) => told.push({ notice: code }),
      latency: () => {},
    },
  );
  const socket = () => sockets.at(-1) as TestSocket;
  const started = async () => {
    session.start();
    await settle();
    return socket();
  };
  return {
    session,
    clock,
    sockets,
    states,
    told,
    answers,
    socket,
    state: () => session.state,
    started,
    /** Attached for long enough that the next break counts as the first. */
    async attached() {
      await started();
      socket().open();
      socket().attach({ cols: 100, rows: 30 });
      await clock.advance(5_000);
      return socket();
    },
    /** The first try after a break, which comes almost at once. */
    async redialled() {
      await clock.advance(50);
      return socket();
    },
  };
}

const exit = (socket: TestSocket, over: object = {}) =>
  socket.receive(FrameKind.exit, 0, encodeJson({ exit_code: 3, signal: null, ...over }));

describe("a new session", () => {
  test("shows its shell token, its reattach token and the size, and is connected when the machine has answered", async () => {
    const { session, states, started } = person();
    const socket = await started();
    expect(socket.url.search).toBe("?org_id=o&machine_id=m&cols=100&rows=30");
    expect(socket.protocols).toEqual([
      "sallyport.v1",
      "sallyport.jwt.jwt",
      `sallyport.reattach.${session.reattachToken}`,
      "sallyport.shell-token.token-1",
    ]);
    socket.open();
    socket.attach();
    expect(states).toEqual([{ state: "connecting" }, { state: "connected", resumed: false }]);
    expect(session.sessionId).toBe(SESSION);
  });

  test("that was cut before its answer shows the same token again", async () => {
    const person1 = person();
    const first = await person1.started();
    first.open();
    first.end(1006);
    const again = await person1.redialled();
    expect(again).not.toBe(first);
    expect(again.protocols).toContain("sallyport.shell-token.token-1");
  });

  test("takes another token only when the first one opens nothing although the server answers", async () => {
    const { started, clock, sockets } = person();
    await started();
    for (let each = 0; each < 3; each++) {
      sockets.at(-1)?.end(1006);
      await clock.advance(2_000);
    }
    expect(sockets.map(({ protocols }) => protocols.at(-1)?.split(".").at(-1))).toEqual([
      "token-1",
      "token-1",
      "token-2",
      "token-2",
    ]);
  });

  test.each([
    [400, "MACHINE_OFFLINE"],
    [403, "FORBIDDEN"],
    [429, "TOO_MANY_SESSIONS"],
  ])("that the server refuses with %i %s is refused", async (status, code) => {
    const { started, answers, state } = person();
    answers.create = () => Promise.reject(refusal(status, code));
    await started();
    expect(state()).toEqual({ state: "refused", code, message: `${code}!` });
  });

  test.each([UNREACHABLE, refusal(503, "DB_UNAVAILABLE")])(
    "is tried again when the server cannot answer",
    async (error) => {
      const { started, answers, state, sockets, clock } = person();
      const create = answers.create;
      answers.create = () => Promise.reject(error);
      await started();
      expect(state()).toMatchObject({ state: "reconnecting", attempt: 1 });
      answers.create = create;
      await clock.advance(50);
      expect(sockets).toHaveLength(1);
    },
  );

  test("without a sign-in is refused, and goes on after another try", async () => {
    const { session, started, answers, state, sockets } = person();
    const access = answers.access;
    answers.access = () => Promise.reject(new Error("signed out"));
    await started();
    expect(state()).toEqual({ state: "refused", code: "UNAUTHORIZED", message: "signed out" });
    answers.access = access;
    session.retryNow();
    await settle();
    expect(sockets).toHaveLength(1);
  });

  test("shows what is typed before it is connected, and sends it then", async () => {
    const { session, started, told } = person();
    const socket = await started();
    expect(session.type(bytes("ls"))).toBe(2);
    socket.open();
    socket.attach();
    socket.receive(FrameKind.inputAck, 2);
    expect(told.filter((each) => JSON.stringify(each).includes("pending"))).toEqual([
      { pending: "ls", bytes: 2 },
      { pending: "", bytes: 0 },
    ]);
    expect(socket.frames(FrameKind.input)).toMatchObject([{ offset: 0, payload: bytes("ls") }]);
  });
});

describe("a session whose socket breaks", () => {
  test("attaches again at once, says what it has, and goes on without a reset", async () => {
    const { session, attached, redialled, told, states } = person();
    const first = await attached();
    first.receive(FrameKind.output, 0, bytes("abc"));
    told.length = 0;
    first.end(1006);
    const next = await redialled();
    expect(Object.fromEntries(next.url.searchParams)).toMatchObject({ session_id: SESSION, have: "3" });
    expect(next.url.searchParams.has("takeover")).toBe(false);
    expect(next.protocols).toContain(`sallyport.reattach.${session.reattachToken}`);
    next.open();
    next.attach({ epoch: 2, start: 3 });
    next.receive(FrameKind.output, 3, bytes("d"), 2);
    expect(told).toEqual([{ attached: 3 }, "d"]);
    expect(states.slice(-2)).toMatchObject([
      { state: "reconnecting", attempt: 1 },
      { state: "connected", resumed: true },
    ]);
  });

  test("waits longer and longer, and a wait can be skipped", async () => {
    const { session, attached, redialled, state, clock, sockets } = person();
    (await attached()).end(1006);
    (await redialled()).end(1006);
    await settle();
    expect(state()).toMatchObject({ state: "reconnecting", attempt: 2, retryAt: clock.wallNow() + 250 });
    await clock.advance(250);
    sockets.at(-1)?.end(1006);
    await settle();
    expect(state()).toMatchObject({ attempt: 3, retryAt: clock.wallNow() + 500 });
    const before = sockets.length;
    session.retryNow();
    await settle();
    expect(sockets).toHaveLength(before + 1);
  });

  test("counts from the beginning only after an attachment that lasted", async () => {
    const { attached, redialled, state } = person();
    (await attached()).end(1006);
    const next = await redialled();
    next.open();
    next.attach({ epoch: 2 });
    next.end(1006);
    expect(state()).toMatchObject({ state: "reconnecting", attempt: 2 });
  });

  test("gives up a socket that does not open", async () => {
    const { attached, redialled, clock, sockets } = person();
    (await attached()).end(1006);
    await redialled();
    await clock.advance(10_500);
    expect(sockets[1]?.closed).toBeDefined();
    expect(sockets).toHaveLength(3);
  });

  test("gives up a socket that says nothing, and does not hear it any more", async () => {
    const { attached, clock, sockets, told } = person();
    const silent = await attached();
    await clock.advance(15_500);
    expect(sockets).toHaveLength(2);
    told.length = 0;
    silent.receive(FrameKind.output, 0, bytes("late"));
    silent.end(1000);
    expect(told).toEqual([]);
  });

  test("after a sleep asks the socket first", async () => {
    const { attached, clock, sockets } = person();
    const socket = await attached();
    clock.sleep(3_600_000);
    await clock.advance(0);
    expect(sockets).toHaveLength(1);
    await clock.advance(2_000);
    socket.receive(FrameKind.pong, 0);
    await clock.advance(10_000);
    expect(sockets).toHaveLength(1);
  });

  test("keeps what is typed, up to a window, and sends it again from where the terminal is", async () => {
    const { session, attached, redialled, told } = person();
    const first = await attached();
    session.type(bytes("ab"));
    first.end(1006);
    session.type(bytes("c"));
    expect(told.at(-1)).toEqual({ pending: "abc", bytes: 3 });
    expect(session.type(new Uint8Array(INPUT_WINDOW_BYTES))).toBe(INPUT_WINDOW_BYTES - 3);
    const next = await redialled();
    next.open();
    next.attach({ epoch: 2, in_next: 1 });
    expect(next.frames(FrameKind.input)[0]?.payload.subarray(0, 3)).toEqual(Uint8Array.of(98, 99, 0));
  });

  test("gives up what was typed when somebody else has typed", async () => {
    const { session, attached, redialled, told } = person();
    const first = await attached();
    session.type(bytes("ab"));
    first.end(1006);
    const next = await redialled();
    next.open();
    next.attach({ epoch: 2, in_next: 9 });
    expect(told).toContainEqual({ dropped: 2 });
    expect(next.frames(FrameKind.input)).toEqual([]);
  });

  test("asks for the screen again when the last one was cut in the middle", async () => {
    const { started, redialled, told } = person();
    const first = await started();
    first.open();
    first.attach({ start: 9, screen: true });
    first.receive(FrameKind.screen, 9, bytes("half"));
    first.end(1006);
    const next = await redialled();
    expect(next.url.searchParams.has("have")).toBe(false);
    next.open();
    // This machine shows everything from the beginning instead.
    next.attach({ epoch: 2, start: 0 });
    expect(next.closed).toBeUndefined();
    expect(told.filter((each) => each === "reset")).toHaveLength(2);
  });
});

describe("what a close means", () => {
  test("1012 is tried again although the server said it as an exit, too", async () => {
    const { attached, session } = person();
    const socket = await attached();
    exit(socket, { exit_code: null, code: "SHUTTING_DOWN" });
    socket.end(1012);
    expect(session.state).toMatchObject({ state: "reconnecting", attempt: 1 });
  });

  test.each([
    [1000, { state: "ended", cause: "exited", closeCode: 1000, exit: { exit_code: 3 } }],
    [1006, { state: "ended", cause: "exited", closeCode: 1006 }],
    [1011, { state: "ended", cause: "exited", closeCode: 1011 }],
    [1012, { state: "ended", cause: "exited", closeCode: 1012 }],
  ])("after an exit, %i ends the session", async (code, state) => {
    const { attached, session, clock, sockets } = person();
    const socket = await attached();
    exit(socket);
    socket.end(code);
    expect(session.state).toMatchObject(state);
    session.retryNow();
    expect(session.type(bytes("x"))).toBe(0);
    await clock.advance(60_000);
    expect(sockets).toHaveLength(1);
  });

  test("1011 with an exit that names a failure ends the session for it", async () => {
    const { attached, session } = person();
    const socket = await attached();
    exit(socket, { exit_code: null, code: "AGENT_LOST", message: "gone" });
    socket.end(1011);
    expect(session.state).toMatchObject({ state: "ended", cause: "agent_lost" });
  });

  test("1000 without an exit is asked about", async () => {
    const { attached, session, answers } = person();
    const socket = await attached();
    answers.status = async () => ({ session: view({ status: "ended", cause: "agent_lost" }), may_attach: "no" });
    socket.end(1000);
    await settle();
    expect(session.state).toEqual({ state: "ended", cause: "agent_lost", closeCode: 1000, exit: undefined });
  });

  test("4403 ends the session", async () => {
    const { attached, session } = person();
    (await attached()).end(4403, "role changed");
    expect(session.state).toMatchObject({ state: "ended", cause: "session_revoked", closeCode: 4403 });
  });

  test("4403 before there is a session is a refusal", async () => {
    const { started, session } = person();
    const socket = await started();
    socket.open();
    socket.end(4403, "not yours");
    expect(session.state).toEqual({ state: "refused", code: "FORBIDDEN", message: "not yours" });
  });

  test("4401 stops here, and the session goes on", async () => {
    const { attached, session, redialled } = person();
    const socket = await attached();
    exit(socket, { exit_code: null, code: "UNAUTHORIZED" });
    socket.end(4401, "signed out");
    expect(session.state).toEqual({ state: "refused", code: "UNAUTHORIZED", message: "signed out" });
    session.retryNow();
    expect((await redialled()).url.searchParams.get("session_id")).toBe(SESSION);
  });

  test("4409 means taken over: nothing is sent or tried until the person takes it back", async () => {
    const { attached, session, told, clock, sockets } = person();
    const socket = await attached();
    session.type(bytes("ab"));
    socket.end(4409);
    expect(session.state).toEqual({ state: "taken_over" });
    expect(told).toContainEqual({ dropped: 2 });
    await clock.advance(60_000);
    expect(sockets).toHaveLength(1);
    session.takeOver();
    await settle();
    expect(sockets.at(-1)?.url.searchParams.get("takeover")).toBe("1");
    sockets.at(-1)?.open();
    sockets.at(-1)?.attach({ epoch: 3, in_next: 77 });
    expect(session.state).toEqual({ state: "connected", resumed: true });
    expect(sockets.at(-1)?.frames(FrameKind.input)).toEqual([]);
  });

  test.each([1001, 1006, 1011, 1012, 4429])("%i without an exit is tried again", async (code) => {
    const { attached, session, redialled, sockets } = person();
    (await attached()).end(code);
    expect(session.state).toMatchObject({ state: "reconnecting", attempt: 1 });
    await redialled();
    expect(sockets).toHaveLength(2);
  });

  test("4400 is tried again with nothing taken for granted", async () => {
    const { attached, redialled } = person();
    const socket = await attached();
    socket.receive(FrameKind.output, 99, bytes("hole"));
    const next = await redialled();
    expect(next.url.searchParams.has("have")).toBe(false);
  });

  test("4426 is final", async () => {
    const { attached, session } = person();
    (await attached()).end(4426, "update");
    expect(session.state).toEqual({ state: "refused", code: "UPGRADE_REQUIRED", message: "update" });
  });
});

describe("a socket that is refused before it opens", () => {
  const refused = async (answer: () => Promise<SessionStatus>) => {
    const who = person({ resume: { sessionId: SESSION } });
    who.answers.status = answer;
    (await who.started()).end(1006);
    await settle();
    return who.session.state;
  };

  test("is tried again when the server says yes, or cannot answer", async () => {
    const again = { state: "reconnecting", attempt: 1 };
    expect(await refused(async () => ({ session: view(), may_attach: "yes" }))).toMatchObject(again);
    expect(await refused(() => Promise.reject(UNREACHABLE))).toMatchObject(again);
    expect(await refused(() => Promise.reject(refusal(503, "DB_UNAVAILABLE")))).toMatchObject(again);
    expect(await refused(() => Promise.reject(new TypeError("failed to fetch")))).toMatchObject(again);
  });

  test("means that the session is open elsewhere, has ended, or is not ours", async () => {
    const session = view();
    expect(await refused(async () => ({ session, may_attach: "takeover" }))).toEqual({ state: "elsewhere", session });
    expect(await refused(async () => ({ session, may_attach: "no" }))).toMatchObject({ code: "FORBIDDEN" });
    const ended = view({ status: "ended", cause: "exited", exit_code: 7 });
    expect(await refused(async () => ({ session: ended, may_attach: "no" }))).toMatchObject({
      state: "ended",
      cause: "exited",
      exit: { exit_code: 7 },
    });
    for (const [status, code] of [
      [401, "UNAUTHORIZED"],
      [403, "FORBIDDEN"],
      [404, "NOT_FOUND"],
    ] as const) {
      expect(await refused(() => Promise.reject(refusal(status, code)))).toMatchObject({ state: "refused", code });
    }
  });

  test("means that we were taken over while we were away", async () => {
    const { session, attached, redialled, answers, told } = person();
    (await attached()).end(1006);
    session.type(bytes("x"));
    answers.status = async () => ({ session: view(), may_attach: "takeover" });
    (await redialled()).end(1006);
    await settle();
    expect(session.state).toEqual({ state: "taken_over" });
    expect(told).toContainEqual({ dropped: 1 });
  });
});

describe("a session in a window", () => {
  test("that is closed while it waits for its sign-in opens no socket", async () => {
    const { session, sockets } = person();
    session.start();
    session.close();
    await settle();
    expect(sockets).toEqual([]);
  });

  test("that goes on with it names what it has, and can take it over", async () => {
    const { session, started } = person({
      resume: { sessionId: SESSION, reattachToken: "mine", have: 5, takeOver: true },
    });
    const socket = await started();
    expect(Object.fromEntries(socket.url.searchParams)).toMatchObject({
      session_id: SESSION,
      have: "5",
      takeover: "1",
    });
    expect(socket.protocols).toContain("sallyport.reattach.mine");
    socket.open();
    socket.attach({ start: 5 });
    expect(session.state).toEqual({ state: "connected", resumed: true });
    expect(session.have).toBe(5);
  });

  test("waits while the machine is away, on the same socket", async () => {
    const { session, attached, sockets } = person();
    const socket = await attached();
    socket.receive(FrameKind.notice, 0, encodeJson({ code: "MACHINE_UNREACHABLE", message: "away" }));
    expect(session.state).toEqual({ state: "waiting", reason: "away" });
    socket.attach({ epoch: 2 });
    expect(session.state).toEqual({ state: "connected", resumed: true });
    expect(sockets).toHaveLength(1);
  });

  test("shows what is typed when it is late", async () => {
    const { session, attached, clock, told } = person();
    const socket = await attached();
    told.length = 0;
    session.type(bytes("a"));
    await clock.advance(249);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([{ pending: "a", bytes: 1 }]);
    socket.receive(FrameKind.inputAck, 1);
    expect(told.at(-1)).toEqual({ pending: "", bytes: 0 });
  });

  test("can show again what the machine still keeps", async () => {
    const { session, attached, told, socket } = person();
    const first = await attached();
    first.receive(FrameKind.output, 0, bytes("abc"));
    told.length = 0;
    session.showEarlier();
    await settle();
    expect(first.closed).toBeDefined();
    expect(socket().url.searchParams.get("have")).toBe("0");
    socket().open();
    socket().attach({ epoch: 2, start: 1, gap: { from: 0, to: 1 } });
    socket().receive(FrameKind.output, 1, bytes("bc"), 2);
    expect(told).toEqual(["reset", { attached: 1 }, { gap: { from: 0, to: 1 } }, "bc"]);
  });

  test("that is closed leaves the session, and tells nothing more", async () => {
    const { session, attached, states, clock, sockets } = person();
    const socket = await attached();
    const before = states.length;
    session.close();
    expect(socket.closed).toEqual({ code: 1000, reason: "viewer left" });
    await clock.advance(60_000);
    expect(states).toHaveLength(before);
    expect(sockets).toHaveLength(1);
  });
});

import { systemClock } from "@sallyport/client";
import { type DesktopSessionView, RemoteError } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Path } from "./decide-transport.ts";
import { DesktopConnection, type DesktopConnectionParts } from "./desktop-connection.ts";
import type { DesktopLine, LineEvents, OfferedLine } from "./desktop-line.ts";
import type { DesktopState } from "./desktop-state.ts";
import { aDesktop } from "./testing.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);
const refusal = (status: number, code: string, data = {}) => new RemoteError(status, { code, message: code, data });

interface FakeLine {
  via: Path;
  events: LineEvents;
  sent: unknown[];
  answers: string[];
  candidates: unknown[];
  isClosed: boolean;
  offer?: (sdp: string) => void;
  candidate?: (candidate: { candidate: string }) => void;
}

/** A control plane and a machine that do what the test says. */
function aWorld({ forced, decoder = true }: { forced?: Path; decoder?: boolean } = {}) {
  const lines: FakeLine[] = [];
  const states: DesktopState[] = [];
  const calls: unknown[][] = [];
  const pictures: string[] = [];
  let addresses: (string | undefined)[] = [];
  const row = { ...aDesktop(), sdp_offer: null as string | null, sdp_answer: null as string | null };
  const candidates: { id: number; candidate: { candidate: string } }[] = [];
  const failing = new Map<string, Error>();
  const call =
    <Result>(name: string, result: (...values: string[]) => Result) =>
    async (...values: unknown[]): Promise<Result> => {
      calls.push([name, ...values]);
      const error = failing.get(name);
      if (error) throw error;
      return result(...(values as string[]));
    };
  const open = (via: Path, events: LineEvents & Partial<FakeLine>): OfferedLine => {
    const line: FakeLine = { via, events, sent: [], answers: [], candidates: [], isClosed: false };
    if (events.offer) line.offer = events.offer;
    if (events.candidate) line.candidate = events.candidate;
    lines.push(line);
    return {
      via,
      isCongested: false,
      send: (message) => void line.sent.push(message),
      answer: (sdp) => void line.answers.push(sdp),
      candidate: (candidate) => void line.candidates.push(candidate),
      figures: async () => ({}),
      close: () => {
        line.isClosed = true;
      },
    } as OfferedLine;
  };
  const parts: DesktopConnectionParts = {
    api: {
      initiate: call("initiate", () => row.id),
      status: call("status", () => ({ session: { ...row }, agent_candidates: [...candidates] })),
      iceServers: call("ice_servers", () => []),
      offer: call("offer", (_id, sdp = "") => {
        row.sdp_offer = sdp;
        row.sdp_answer = null;
      }),
      candidate: call("candidate", () => {}),
      connected: call("connected", () => {
        row.status = "active";
      }),
      disconnect: call("disconnect", () => {}),
      leave: (id) => void calls.push(["leave", id]),
      hasLeft: (id) => id === "left a moment ago",
      dial: () => Promise.reject(new Error("not here")),
    },
    clock: systemClock,
    abilities: { peer: true, peerH264: true, decoder, isSecureContext: true },
    forced,
    sessionType: "admin",
    openPeer: (options) => open("webrtc", options),
    openStream: (options) => open("stream", options) as DesktopLine,
    report: {
      state: (state) => states.push(state),
      trying: () => {},
      losing: () => {},
      picture: (_line, { via, because }) => pictures.push(because === undefined ? via : `${via}: ${because}`),
      message: () => {},
      latency: () => {},
      session: (id) => {
        addresses = [...addresses, id];
      },
    },
  };
  const viewer = new DesktopConnection(parts);
  return {
    viewer,
    row,
    lines,
    states,
    pictures,
    candidates,
    failing,
    calls: (name: string) => calls.filter(([called]) => called === name),
    allCalls: calls,
    phase: () => viewer.state.phase,
    address: () => addresses.at(-1),
    last: () => {
      const line = lines.at(-1);
      if (!line) throw new Error("no line was opened");
      return line;
    },
    change: (difference: Partial<DesktopSessionView>) => {
      Object.assign(row, difference);
      viewer.hear({ type: "desktop.changed", session: { ...row } });
    },
    answer: (sdp_answer: string) => viewer.hear({ type: "desktop.answer", session_id: row.id, sdp_answer }),
  };
}

type World = ReturnType<typeof aWorld>;

async function offerAndAnswer(world: World, sdp = "offer 1"): Promise<void> {
  await settle();
  world.last().offer?.(sdp);
  await settle();
  world.answer("answer 1");
}

async function show(world: World): Promise<void> {
  world.viewer.start();
  await offerAndAnswer(world);
  world.last().events.picture();
  await settle();
}

function answerPings(world: ReturnType<typeof aWorld>): void {
  const { sent, events } = world.last();
  for (const message of sent.splice(0) as { type: string; id: number }[]) {
    if (message.type === "ping") events.message({ type: "pong", id: message.id });
  }
}

test("RD-074 RD-100 from the first call to the picture: offer, answer, connected when something is drawn", async () => {
  const world = aWorld();
  world.viewer.start();
  expect(world.phase()).toBe("asking");
  await settle();
  expect(world.phase()).toBe("calling");
  expect(world.address()).toBe(world.row.id);
  world.last().candidate?.({ candidate: "early" });
  expect(world.calls("candidate")).toEqual([]);
  world.last().offer?.("offer 1");
  await settle();
  // An offer clears the candidates of the one before, so none may overtake it.
  expect(world.allCalls.map(([name]) => name).slice(-2)).toEqual(["offer", "candidate"]);
  world.answer("answer 1");
  expect(world.viewer.state).toMatchObject({ phase: "calling", isAnswered: true });
  expect(world.calls("connected")).toEqual([]);
  world.last().events.picture();
  await settle();
  expect(world.phase()).toBe("active");
  expect(world.calls("connected")).toHaveLength(1);
  expect(world.pictures).toEqual(["webrtc"]);
});

test("an answer that is faster than the call that brought the offer is heard", async () => {
  const world = aWorld();
  world.viewer.start();
  await settle();
  world.last().offer?.("offer 1");
  await Promise.resolve();
  await Promise.resolve();
  world.answer("answer 1");
  expect(world.last().answers).toEqual(["answer 1"]);
});

test("answers and candidates count once, whether they were announced, read, or both", async () => {
  const world = aWorld();
  world.viewer.start();
  await offerAndAnswer(world);
  world.answer("answer 1");
  const candidate = { id: 7, candidate: { candidate: "a" } };
  world.viewer.hear({ type: "desktop.candidate", session_id: world.row.id, candidate });
  world.row.sdp_answer = "answer 1";
  world.candidates.push(candidate, { id: 8, candidate: { candidate: "b" } });
  world.viewer.hearAgain();
  await settle();
  expect(world.last().answers).toEqual(["answer 1"]);
  expect(world.last().candidates).toEqual([{ candidate: "a" }, { candidate: "b" }]);
});

test("what the live socket did not say is asked for", async () => {
  const world = aWorld();
  world.viewer.start();
  await settle();
  world.last().offer?.("offer 1");
  await settle();
  world.row.sdp_answer = "answer 1";
  await vi.advanceTimersByTimeAsync(5_000);
  expect(world.last().answers).toEqual(["answer 1"]);
});

test("when no picture comes within 4 s of the answer, it goes through the control plane and says why", async () => {
  const world = aWorld();
  world.viewer.start();
  await offerAndAnswer(world);
  await vi.advanceTimersByTimeAsync(4_100);
  expect(world.lines.map(({ via }) => via)).toEqual(["webrtc", "stream"]);
  expect(world.lines[0]?.isClosed).toBe(true);
  world.last().events.picture();
  await settle();
  expect(world.pictures).toEqual([expect.stringMatching(/^stream: no picture came within 4 s/)]);
  expect(world.calls("connected")).toHaveLength(1);
  world.viewer.tryDirect();
  await settle();
  expect(world.last().via).toBe("webrtc");
  expect(world.phase()).toBe("reconnecting");
});

test("a machine that does not answer is waited for; no other way would help", async () => {
  const world = aWorld();
  world.viewer.start();
  await settle();
  world.last().offer?.("offer 1");
  await vi.advanceTimersByTimeAsync(30_000);
  expect(world.lines).toHaveLength(1);
  expect(world.viewer.state).toMatchObject({ phase: "calling", isAnswered: false });
  await vi.advanceTimersByTimeAsync(30_000);
  // Called again, on the same way: nothing is known against it.
  expect(world.lines.map(({ via }) => via)).toEqual(["webrtc", "webrtc"]);
});

test("a machine that has refused is called again by a person only", async () => {
  const world = aWorld();
  world.viewer.start();
  await settle();
  world.last().offer?.("offer 1");
  await settle();
  world.change({ refusal: "No X server runs here" });
  await vi.advanceTimersByTimeAsync(90_000);
  expect(world.lines).toHaveLength(1);
  world.viewer.callAgain();
  await settle();
  expect(world.lines).toHaveLength(2);
});

test("one that answers and then refuses is called again by a person only, too", async () => {
  const world = aWorld();
  world.viewer.start();
  await offerAndAnswer(world, "offer 1");
  world.change({ refusal: "No X server runs here" });
  expect(world.viewer.state).toMatchObject({ phase: "calling", isAnswered: false });
  world.last().events.failed("closed by the machine");
  await vi.advanceTimersByTimeAsync(90_000);
  expect(world.lines).toHaveLength(1);
  expect(world.viewer.state).toMatchObject({ phase: "calling", session: { refusal: "No X server runs here" } });
  world.viewer.callAgain();
  await settle();
  expect(world.lines).toHaveLength(2);
});

test("a machine that says that it shows nothing is believed if its line is silent, and tried again at once", async () => {
  const world = aWorld();
  await show(world);
  world.change({ refusal: "the desktop process ended" });
  await vi.advanceTimersByTimeAsync(10);
  answerPings(world);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(world.phase()).toBe("active");
  world.change({ refusal: "the desktop process ended again" });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(world.lines).toHaveLength(2);
});

test.each([["webrtc"], ["stream"]] as const)("?transport=%s is done and nothing else", async (forced) => {
  const world = aWorld({ forced });
  world.viewer.start();
  await settle();
  for (let round = 0; round < 3; round += 1) {
    world.last().events.failed("it broke");
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(new Set(world.lines.map(({ via }) => via))).toEqual(new Set([forced]));
});

test("RD-075 consent is waited for, and then the machine is called at once", async () => {
  const world = aWorld();
  Object.assign(world.row, { consent_required: true });
  world.viewer.start();
  await settle();
  expect(world.phase()).toBe("consent");
  expect(world.lines).toEqual([]);
  expect(world.calls("ice_servers")).toEqual([]);
  world.change({ consent_granted: true });
  await settle();
  expect(world.lines).toHaveLength(1);
});

test.each(["rejected", "expired", "disconnected"] as const)(
  "X-22 a session that is %s is over, with its reason",
  async (status) => {
    const world = aWorld();
    await show(world);
    world.change({ status, ended_at: "2026-11-23T12:01:00.000Z", end_reason: "so it was" });
    expect(world.viewer.state).toMatchObject({ phase: "over", session: { status }, reason: "so it was" });
    expect(world.last().isClosed).toBe(true);
    expect(world.address()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.lines).toHaveLength(1);
  },
);

test("a picture that is lost comes back by itself, in the same session", async () => {
  const world = aWorld();
  await show(world);
  world.last().events.failed("the machine is not heard any more");
  expect(world.viewer.state).toMatchObject({ phase: "reconnecting", reason: "the machine is not heard any more" });
  await offerAndAnswer(world, "offer 2");
  world.last().events.picture();
  await settle();
  expect(world.phase()).toBe("active");
  expect(world.calls("initiate")).toHaveLength(1);
  expect(world.calls("connected")).toHaveLength(1);
});

test("a control plane that is away is asked again, and is no reason to leave the direct way", async () => {
  const world = aWorld();
  await show(world);
  world.failing.set("status", refusal(0, "UNREACHABLE"));
  world.last().events.failed("broken");
  await vi.advanceTimersByTimeAsync(30_000);
  expect(world.phase()).toBe("reconnecting");
  expect(world.lines).toHaveLength(1);
  world.failing.clear();
  await vi.advanceTimersByTimeAsync(16_000);
  expect(world.lines.map(({ via }) => via)).toEqual(["webrtc", "webrtc"]);
});

test("a machine that is silent is not looked at for ever", async () => {
  const world = aWorld();
  await show(world);
  for (let second = 0; second < 30; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    answerPings(world);
  }
  expect(world.phase()).toBe("active");
  await vi.advanceTimersByTimeAsync(14_000);
  expect(world.phase()).toBe("reconnecting");
});

test("a session that another window has taken is left to it, and can be taken back", async () => {
  const world = aWorld();
  await show(world);
  world.row.sdp_offer = "another window's";
  world.last().events.failed("the machine closed the connection");
  await settle();
  expect(world.phase()).toBe("elsewhere");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(world.lines).toHaveLength(1);
  world.viewer.close({ keep: false });
  expect(world.calls("leave")).toEqual([]);
});

test("X-22 SESSION_EXISTS is asked about: gone on with, or ended first", async () => {
  const world = aWorld();
  world.failing.set("initiate", refusal(409, "SESSION_EXISTS", { session_id: "the other" }));
  world.viewer.start();
  await settle();
  expect(world.viewer.state).toEqual({ phase: "exists", sessionId: "the other" });
  world.failing.clear();
  await world.viewer.replace("the other");
  await settle();
  expect(world.calls("disconnect")).toEqual([["disconnect", "the other"]]);
  expect(world.phase()).toBe("calling");
});

test("X-22 a session that this window has just left is ended, and nobody is asked about it", async () => {
  const world = aWorld();
  world.failing.set("initiate", refusal(409, "SESSION_EXISTS", { session_id: "left a moment ago" }));
  world.failing.set("disconnect", refusal(409, "SESSION_ENDED"));
  world.viewer.start();
  await settle();
  expect(world.phase()).toBe("asking");
  expect(world.calls("disconnect")[0]).toEqual(["disconnect", "left a moment ago"]);
  world.failing.clear();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(world.phase()).toBe("calling");
});

test.each(["ACL_DENIED", "FEATURE_NOT_ENABLED", "MACHINE_OFFLINE", "FORBIDDEN"])(
  "%s is a refusal, asked once",
  async (code) => {
    const world = aWorld();
    world.failing.set("initiate", refusal(403, code));
    world.viewer.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.viewer.state).toMatchObject({ phase: "refused", code });
    expect(world.calls("initiate")).toHaveLength(1);
  },
);

test("a control plane that does not answer the first call is asked again", async () => {
  const world = aWorld();
  world.failing.set("initiate", refusal(0, "UNREACHABLE"));
  world.viewer.start();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(world.viewer.state).toMatchObject({ phase: "asking", trouble: expect.stringMatching(/does not answer/) });
  world.failing.clear();
  await vi.advanceTimersByTimeAsync(16_000);
  expect(world.phase()).toBe("calling");
});

test("a page that is closed ends its session; one that is reloaded goes on with it", async () => {
  const closed = aWorld();
  await show(closed);
  closed.viewer.close({ keep: false });
  expect(closed.calls("leave")).toEqual([["leave", closed.row.id]]);
  expect(closed.last().isClosed).toBe(true);
  const reloaded = aWorld();
  await show(reloaded);
  reloaded.viewer.close({ keep: true });
  expect(reloaded.calls("leave")).toEqual([]);
  reloaded.viewer.start(reloaded.row.id);
});

test("a session that was made for a page that is gone is given back", async () => {
  const world = aWorld();
  world.viewer.start();
  world.viewer.close({ keep: false });
  await settle();
  expect(world.calls("leave")).toEqual([["leave", world.row.id]]);
});

test("a browser that can show nothing asks nobody", async () => {
  const world = aWorld({ forced: "stream", decoder: false });
  world.viewer.start();
  await settle();
  expect(world.viewer.state).toMatchObject({ phase: "unable", why: expect.stringMatching(/WebCodecs/) });
  expect(world.allCalls).toEqual([]);
});

test("a farewell of the machine is the reason that is shown when the session is over", async () => {
  const world = aWorld();
  await show(world);
  world.last().events.message({ type: "bye", reason: "the person at the machine ended it" });
  world.change({ status: "disconnected", ended_at: "2026-11-23T12:01:00.000Z", end_reason: "ended" });
  expect(world.viewer.state).toMatchObject({ phase: "over", reason: "the person at the machine ended it" });
});

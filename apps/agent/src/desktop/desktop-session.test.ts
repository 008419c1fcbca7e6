import type { DesktopDisplay, DesktopInput, DesktopOutput } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLogger } from "../platform/logger.ts";
import { DesktopSession, type SessionParts } from "./desktop-session.ts";
import type { ClipboardEvents, CursorEvents, InputEvent } from "./input/input-sink.ts";
import type { ScreenEvents } from "./screen/screen-source.ts";
import type { PeerTransport, TransportEvents } from "./transport/peer-transport.ts";
import type { EncodedFrame, EncoderSettings } from "./video/video-encoder.ts";
import type { DesktopPolicy } from "./worker-messages.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const DISPLAY: DesktopDisplay = { id: "a", name: "a", x: 0, y: 0, width: 1_000, height: 1_000, primary: true };
const ALL: DesktopPolicy = { input: true, clipboard: { to_machine: true, from_machine: true } };
const logger = createLogger({ level: "silent", write: () => {} });
const WHOLE = { x: 0, y: 0, width: 1_000, height: 1_000 };
const CARET = { x: 5, y: 5, width: 2, height: 10 };

class FakeTransport implements PeerTransport {
  readonly kind = "webrtc";
  isReady = true;
  readonly frames: EncodedFrame[] = [];
  readonly messages: DesktopOutput[] = [];
  closedFor: string | undefined;
  readonly events: TransportEvents;
  constructor(events: TransportEvents) {
    this.events = events;
  }
  sendFrame(frame: EncodedFrame): void {
    this.frames.push(frame);
  }
  sendMessage(message: DesktopOutput): void {
    this.messages.push(message);
  }
  close(reason: string): void {
    this.closedFor = reason;
  }
}

/** A screen, an encoder that takes 10 ms, and what came of them. */
function world(policy: DesktopPolicy = ALL) {
  const encoded: { settings: EncoderSettings; forceKey: boolean; atMs: number }[] = [];
  const typed: InputEvent[] = [];
  const offered: string[] = [];
  const told: string[] = [];
  const state = {
    grabs: 0,
    isClosed: false,
    frameBytes: 20_000,
    /** How many steps coarser than asked for, because the line does not bear more. */
    coarserBy: 0,
    grabError: undefined as Error | undefined,
    inputOpens: Promise.resolve(),
  };
  let screen: ScreenEvents | undefined;
  let clipboard: ClipboardEvents | undefined;
  let cursor: CursorEvents | undefined;
  let settings: EncoderSettings | undefined;
  const parts: SessionParts<number> = {
    openScreen: async (events) => {
      screen = events;
      return {
        displays: () => [DISPLAY],
        resolutions: () => [{ width: 800, height: 600 }],
        show: async () => {},
        grab: async () => {
          if (state.grabError) throw state.grabError;
          state.grabs += 1;
          return state.grabs;
        },
        resize: async () => {
          throw new Error("this display cannot");
        },
        close: () => {
          state.isClosed = true;
        },
      };
    },
    openEncoder: async (first) => {
      settings = first;
      return {
        encode: async (_picture, { timeUs, forceKey }) => {
          await new Promise((resolve) => setTimeout(resolve, 10));
          if (settings) encoded.push({ settings, forceKey, atMs: timeUs / 1_000 });
          const quality = (settings?.quality ?? 0) + state.coarserBy;
          const data = new Uint8Array(state.frameBytes);
          return { data, isKey: forceKey, timeUs, width: 1_000, height: 1_000, quality };
        },
        adjust: (next) => {
          settings = next;
        },
        close: () => {},
      };
    },
    openInput: async () => {
      await state.inputOpens;
      return { handle: (event) => typed.push(event), close: () => told.push("input closed") };
    },
    openClipboard: async (events) => {
      clipboard = events;
      return { offer: (text) => offered.push(text), close: () => {} };
    },
    openCursor: async (events) => {
      cursor = events;
      return { close: () => {} };
    },
  };
  const session = new DesktopSession<number>(
    parts,
    policy,
    {
      shown: (isShown) => told.push(isShown ? "shown" : "not shown"),
      ended: (reason) => told.push(`ended: ${reason}`),
    },
    logger,
  );
  const connect = async (): Promise<FakeTransport> => {
    const connecting = session.connect((events) => ({ transport: new FakeTransport(events) }));
    await vi.advanceTimersByTimeAsync(30);
    const { transport } = await connecting;
    encoded.length = 0;
    transport.events.connected();
    return transport;
  };
  return {
    session,
    parts,
    connect,
    encoded,
    typed,
    offered,
    told,
    state,
    damage: (area = WHOLE) => screen?.damaged(area),
    fail: (reason: string) => screen?.failed(reason),
    copy: (text: string) => clipboard?.copied(text),
    point: (shape: Parameters<CursorEvents["changed"]>[0]) => cursor?.changed(shape),
  };
}

const say = (transport: FakeTransport, message: DesktopInput) => transport.events.message(message);
const ofType = <Type extends DesktopOutput["type"]>(transport: FakeTransport, type: Type) =>
  transport.messages.filter((message): message is Extract<DesktopOutput, { type: Type }> => message.type === type);

test("a viewer is told what it may do and what there is to see, then sees a whole picture", async () => {
  const { connect, told } = world();
  const transport = await connect();
  expect(transport.messages.slice(0, 2)).toMatchObject([
    { type: "rights", input: true },
    { type: "screen", shown: "a", displays: [DISPLAY], resolutions: [{ width: 800, height: 600 }] },
  ]);
  await vi.advanceTimersByTimeAsync(15);
  expect(transport.frames).toMatchObject([{ isKey: true }]);
  expect(told).toEqual(["shown"]);
});

test("a screen that stands still is refined a few times, and then costs nothing", async () => {
  const { connect, encoded, state } = world();
  await connect();
  state.frameBytes = 20_000;
  await vi.advanceTimersByTimeAsync(400);
  state.frameBytes = 500;
  await vi.advanceTimersByTimeAsync(1_000);
  const frames = encoded.length;
  expect(frames).toBeGreaterThanOrEqual(3);
  expect(encoded.at(-1)?.settings.quality).toBeLessThan(encoded[0]?.settings.quality ?? 0);
  const grabs = state.grabs;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(encoded).toHaveLength(frames);
  expect(state.grabs).toBe(grabs);
});

test("a screen that changes all the time is shown at the rate, one frame after the other", async () => {
  const { connect, damage, encoded } = world();
  const transport = await connect();
  transport.events.bandwidth(20_000);
  say(transport, { type: "show", max_fps: 30 });
  const changing = setInterval(() => damage(), 5);
  await vi.advanceTimersByTimeAsync(1_000);
  encoded.length = 0;
  await vi.advanceTimersByTimeAsync(2_000);
  clearInterval(changing);
  expect(encoded.length).toBeGreaterThan(54);
  expect(encoded.length).toBeLessThanOrEqual(61);
  const gaps = encoded.slice(1).map(({ atMs }, index) => atMs - (encoded[index]?.atMs ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30);
});

test("nothing is captured while the line is busy, and the newest is, when it is not", async () => {
  const { connect, damage, encoded, state } = world();
  const transport = await connect();
  await vi.advanceTimersByTimeAsync(3_000);
  encoded.length = 0;
  transport.isReady = false;
  const grabs = state.grabs;
  for (let change = 0; change < 20; change++) {
    damage();
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(state.grabs).toBe(grabs);
  transport.isReady = true;
  transport.events.ready();
  await vi.advanceTimersByTimeAsync(15);
  expect(encoded).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(ofType(transport, "stats").at(-1)?.skipped).toBeGreaterThan(10);
});

test.each([500, 20_000])("refinements of %i bytes that the line made coarse do not end refining", async (bytes) => {
  const { connect, encoded, state } = world();
  await connect();
  state.coarserBy = 10;
  state.frameBytes = bytes;
  await vi.advanceTimersByTimeAsync(2_000);
  encoded.length = 0;
  state.coarserBy = 0;
  state.frameBytes = 60_000;
  await vi.advanceTimersByTimeAsync(400);
  expect(encoded.length).toBeGreaterThanOrEqual(2);
  state.frameBytes = 500;
  await vi.advanceTimersByTimeAsync(400);
  encoded.length = 0;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(encoded).toEqual([]);
});

test("a caret is drawn sharp at once, and needs no refinement", async () => {
  const { connect, damage, encoded, state } = world();
  await connect();
  state.frameBytes = 500;
  await vi.advanceTimersByTimeAsync(3_000);
  encoded.length = 0;
  damage(CARET);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(encoded).toHaveLength(1);
  const sharp = encoded[0]?.settings.quality ?? 51;
  encoded.length = 0;
  damage(WHOLE);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(encoded.length).toBeGreaterThan(1);
  expect(encoded[0]?.settings.quality).toBeGreaterThan(sharp);
});

test("a key frame is made when one is asked for, not one for each time", async () => {
  const { connect, encoded } = world();
  const transport = await connect();
  await vi.advanceTimersByTimeAsync(5_000);
  encoded.length = 0;
  for (let asked = 0; asked < 10; asked++) {
    transport.events.keyFrameWanted();
    say(transport, { type: "refresh" });
    await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(encoded.filter(({ forceKey }) => forceKey)).toHaveLength(2);
});

test("the first frame that a viewer sees is coarse, and soon there; those after it are as good as any", async () => {
  const { connect, damage, encoded } = world();
  const transport = await connect();
  await vi.advanceTimersByTimeAsync(30);
  damage();
  await vi.advanceTimersByTimeAsync(500);
  transport.events.keyFrameWanted();
  await vi.advanceTimersByTimeAsync(20);
  const [first, change] = encoded.map(({ settings }) => settings.quality);
  expect(first).toBeGreaterThan(change ?? 51);
  expect(encoded.at(-1)).toMatchObject({ forceKey: true, settings: { quality: change } });
});

test("what the line bears, and what the viewer wants at most, bounds what is made", async () => {
  const { connect, damage, encoded } = world();
  const transport = await connect();
  const last = async () => {
    damage();
    await vi.advanceTimersByTimeAsync(300);
    return encoded.at(-1)?.settings;
  };
  transport.events.bandwidth(2_000);
  expect((await last())?.kbps).toBe(1_800);
  say(transport, { type: "show", max_kbps: 500 });
  expect((await last())?.kbps).toBe(500);
  say(transport, { type: "show", max_kbps: null, max_fps: 5 });
  expect(await last()).toMatchObject({ kbps: 1_800 });
  encoded.length = 0;
  const changing = setInterval(() => damage(), 5);
  await vi.advanceTimersByTimeAsync(2_000);
  clearInterval(changing);
  expect(encoded.length).toBeLessThanOrEqual(11);
});

test("what a line said that it bears before its screen was open holds", async () => {
  const { session, damage, encoded } = world();
  const connecting = session.connect((events) => {
    events.connected();
    events.bandwidth(9_000);
    return { transport: new FakeTransport(events) };
  });
  await vi.advanceTimersByTimeAsync(100);
  await connecting;
  damage();
  await vi.advanceTimersByTimeAsync(100);
  expect(encoded.at(-1)?.settings.kbps).toBe(8_100);
});

test("pointer and keys go to the machine, unless its viewers may only look", async () => {
  const pointer: DesktopInput = { type: "pointer", x: 3, y: 4, buttons: 0 };
  const allowed = world();
  const transport = await allowed.connect();
  say(transport, pointer);
  say(transport, { type: "ping", id: 9 });
  expect(allowed.typed).toEqual([pointer]);
  expect(ofType(transport, "pong")).toEqual([{ type: "pong", id: 9 }]);
  transport.events.closed("the viewer went silent");
  expect(allowed.typed.at(-1)).toEqual({ type: "release" });
  allowed.session.close("over");
  expect(allowed.told).toContain("input closed");

  const refused = world({ ...ALL, input: false });
  const looking = await refused.connect();
  say(looking, pointer);
  say(looking, { type: "resize", width: 800, height: 600 });
  await vi.advanceTimersByTimeAsync(1);
  expect(refused.typed).toEqual([]);
  expect(ofType(looking, "notice")).toMatchObject([{ code: "FORBIDDEN" }]);
  expect(ofType(looking, "screen")[0]?.resolutions).toEqual([]);
});

test("what is typed as soon as the screen is seen waits for what types it; what was held when the viewer left does not stay", async () => {
  const { connect, typed, state, told } = world();
  let open = () => {};
  state.inputOpens = new Promise((resolve) => {
    open = resolve;
  });
  const transport = await connect();
  const key = { type: "key", code: "KeyA", key: "a", down: true } as const;
  say(transport, key);
  transport.events.closed("the viewer went");
  await vi.advanceTimersByTimeAsync(50);
  expect(typed).toEqual([]);
  open();
  await vi.advanceTimersByTimeAsync(1);
  expect(typed).toEqual([key, { type: "release" }]);

  const over = world();
  over.state.inputOpens = new Promise((resolve) => {
    open = resolve;
  });
  say(await over.connect(), key);
  over.session.close("over");
  open();
  await vi.advanceTimersByTimeAsync(1);
  expect([over.typed, over.told.filter((each) => each === "input closed")]).toEqual([[], ["input closed"]]);
  expect(told).not.toContain("input closed");
});

test("copied text crosses in both directions, where that is allowed and not too much", async () => {
  const both = world();
  const transport = await both.connect();
  say(transport, { type: "clipboard", id: 1, part: 0, last: false, text: "from " });
  say(transport, { type: "clipboard", id: 1, part: 1, last: true, text: "afar" });
  expect(both.offered).toEqual(["from afar"]);
  both.copy("x".repeat(20_000));
  const parts = ofType(transport, "clipboard");
  expect(parts.map(({ text }) => text).join("")).toBe("x".repeat(20_000));
  both.copy("x".repeat(2_000_000));
  expect(ofType(transport, "notice")).toMatchObject([{ code: "PAYLOAD_TOO_LARGE" }]);

  const neither = world({ input: true, clipboard: { to_machine: false, from_machine: true } });
  const other = await neither.connect();
  say(other, { type: "clipboard", id: 1, part: 0, last: true, text: "no" });
  expect(neither.offered).toEqual([]);
  expect(ofType(other, "notice")).toMatchObject([{ code: "FORBIDDEN" }]);
});

test("the picture of a pointer is sent once to each connection, its shape whenever it changes", async () => {
  const { connect, point } = world();
  const transport = await connect();
  const arrow = { id: 7, hotX: 1, hotY: 2, width: 1, height: 1, rgba: Uint8Array.of(1, 2, 3, 4) };
  point(arrow);
  point(null);
  point(arrow);
  const shapes = ofType(transport, "cursor").map(({ shape }) => shape);
  expect(shapes.at(-2)).toBeNull();
  expect(shapes.at(-3)?.png).toMatch(/^iVBOR/);
  expect(shapes.at(-1)).toEqual({ id: 7, hot_x: 1, hot_y: 2, width: 1, height: 1 });
  const next = await connect();
  expect(ofType(next, "cursor")[0]?.shape?.png).toMatch(/^iVBOR/);
});

test("another connection takes the place of the one before, and shows a whole picture at once", async () => {
  const { connect, told, typed } = world();
  const first = await connect();
  await vi.advanceTimersByTimeAsync(100);
  say(first, { type: "key", code: "ControlLeft", key: "Control", down: true });
  const second = await connect();
  expect(typed.at(-1)).toEqual({ type: "release" });
  expect(first.closedFor).toBe("another connection took its place");
  await vi.advanceTimersByTimeAsync(50);
  expect(second.frames[0]?.isKey).toBe(true);
  first.events.closed("late");
  first.events.message({ type: "ping", id: 1 });
  expect(ofType(second, "pong")).toEqual([]);
  expect(told).toEqual(["shown", "shown"]);
  second.events.closed("the viewer has gone");
  expect(told.at(-1)).toBe("not shown");
});

test("a session without an encoder leaves no screen open", async () => {
  const { session, state, parts } = world();
  parts.openEncoder = async () => {
    throw new Error("no libx264");
  };
  const connecting = session.connect((events) => ({ transport: new FakeTransport(events) }));
  await expect(connecting).rejects.toThrow("no libx264");
  expect(state.isClosed).toBe(true);
});

test("a screen that fails for a moment is shown again; one that is gone ends the session, once", async () => {
  const { connect, damage, encoded, state, told, fail } = world();
  const transport = await connect();
  await vi.advanceTimersByTimeAsync(3_000);
  state.grabError = new Error("the screen could not be read");
  damage();
  await vi.advanceTimersByTimeAsync(500);
  state.grabError = undefined;
  encoded.length = 0;
  await vi.advanceTimersByTimeAsync(300);
  expect(encoded.length).toBeGreaterThan(0);
  fail("the X server ended");
  fail("again");
  expect(told.filter((what) => what.startsWith("ended"))).toEqual(["ended: the X server ended"]);
  expect(transport.messages.at(-1)).toEqual({ type: "bye", reason: "the X server ended" });
  expect(state.isClosed).toBe(true);
});

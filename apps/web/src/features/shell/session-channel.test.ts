import type { SessionState, TerminalSession, TerminalSessionEvents } from "@sallyport/client";
import type { Attached } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SessionChannel } from "./session-channel.ts";
import type { CursorText, TerminalScreen } from "./terminal-channel.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const bytes = (text: string) => new TextEncoder().encode(text);
const SIZE = { cols: 80, rows: 24 };
const SCREEN = { text: "saved", tail: "", ...SIZE };

test("output is drawn in order, and acknowledged when it is drawn", () => {
  const { session, screen } = aChannel();
  session.attach({ start: 0, end: 0 });
  session.output("one ");
  session.output("two");
  expect(screen.log).toEqual(["write one ", "write two"]);
  expect(session.drawnBytes).toBe(0);
  screen.draw();
  expect(session.drawnBytes).toBe(4);
});

test("what is saved is what is drawn, to the byte", () => {
  const { channel, session, screen } = aChannel();
  session.attach({ start: 0, end: 0 });
  session.output("one ");
  session.output("two");
  screen.draw();
  expect(channel.save()).toEqual({ have: 4, screen: SCREEN });
  screen.draw();
  expect(channel.save()).toEqual({ have: 7, screen: SCREEN });
});

test("while the screen is being drawn anew there is nothing to save", () => {
  const { channel, session, screen } = aChannel();
  session.attach({ start: 0, end: 0 });
  session.output("old");
  session.told.reset();
  session.have = 0;
  screen.draw();
  expect(channel.save()).toBeUndefined();
  session.attach({ start: 0, end: 3 });
  session.output("old");
  expect(screen.log.slice(1)).toEqual(["clear", "write old (old)"]);
  screen.draw();
  expect(channel.save()?.have).toBe(3);
});

test("programs are not answered what they asked before this window came", () => {
  const { session, screen } = aChannel();
  session.have = 10;
  session.attach({ start: 10, end: 13 });
  session.output("oldnew");
  expect(screen.log).toEqual(["write old (old)", "write new"]);
});

test("a session from its beginning is drawn below the last one, a picture of one on a clear screen", () => {
  const fresh = aChannel();
  fresh.session.told.reset();
  fresh.session.attach({ start: 0, end: 0, base: 0 });
  expect(fresh.screen.log).toEqual(["settle"]);
  const running = aChannel();
  running.session.told.reset();
  running.session.attach({ start: 90, end: 90, base: 0, screen: true });
  expect(running.screen.log).toEqual(["clear"]);
});

test("what waits is shown at the cursor during an outage, and only where the program echoes", () => {
  const { channel, session, screen, pending } = aChannel();
  session.attach({ start: 0, end: 0 });
  channel.type(bytes("l"));
  session.output("l");
  screen.draw();
  session.become({ state: "reconnecting", attempt: 1, retryAt: 0, reason: "" });
  channel.type(bytes("s"));
  session.told.pendingInput({ bytes: 1, text: bytes("s") });
  expect(screen.cursorText).toEqual({ text: "s", kind: "pending" });
  channel.type(bytes("\rsecret"));
  session.told.pendingInput({ bytes: 8, text: bytes("s\rsecret") });
  expect(screen.cursorText?.text).toBe("s↵…");
  expect(pending.at(-1)).toEqual({ count: 8, shown: "s↵…" });
  session.told.pendingInput({ bytes: 0, text: bytes("") });
  session.become({ state: "connected", resumed: true });
  expect(screen.cursorText).toBeUndefined();
});

test("a password that is typed during an outage is counted only", () => {
  const { channel, session, screen, pending } = aChannel();
  session.attach({ start: 0, end: 0 });
  session.output("Password: ");
  screen.draw();
  session.become({ state: "reconnecting", attempt: 1, retryAt: 0, reason: "" });
  channel.type(bytes("secret"));
  session.told.pendingInput({ bytes: 6, text: bytes("secret") });
  expect(screen.cursorText).toBeUndefined();
  expect(pending.at(-1)).toEqual({ count: 6, shown: "" });
});

test("typing that is not accepted is told, and where there is nobody to type to nothing is typed", () => {
  const { channel, session, refused } = aChannel();
  session.attach({ start: 0, end: 0 });
  session.accepts = 2;
  channel.type(bytes("abcde"));
  expect(refused).toEqual([3]);
  session.become({ state: "taken_over" });
  channel.type(bytes("abc"));
  channel.resize({ cols: 80, rows: 20 });
  expect(refused).toEqual([3]);
  expect(session.sizes).toEqual([]);
});

test("after closing nothing is drawn", () => {
  const { channel, session, screen } = aChannel();
  session.attach({ start: 0, end: 0 });
  channel.close();
  session.output("late");
  expect(screen.log).toEqual([]);
});

test("a screen that is there for a moment only opens no session", () => {
  const open = vi.fn();
  const channel = new SessionChannel({ open, drawn: undefined, report: nobody() });
  channel.drawOn(aScreen())();
  vi.runAllTimers();
  expect(open).not.toHaveBeenCalled();
});

const nobody = () => ({
  state: () => {},
  attached: () => {},
  latency: () => {},
  notice: () => {},
  pending: () => {},
  refused: () => {},
  dropped: () => {},
});

/** A channel between a session and a screen that do what the test says. */
function aChannel() {
  const refused: number[] = [];
  const pending: unknown[] = [];
  const screen = aScreen();
  const session = aSession();
  const channel = new SessionChannel({
    open: (_, events) => session.begin(events),
    drawn: undefined,
    report: { ...nobody(), refused: (count) => refused.push(count), pending: (words) => pending.push(words) },
  });
  channel.drawOn(screen);
  vi.runOnlyPendingTimers();
  return { channel, session, screen, refused, pending };
}

function aScreen() {
  const waiting: (() => void)[] = [];
  const screen = {
    log: [] as string[],
    cursorText: undefined as CursorText | undefined,
    /** Draws the oldest of what was written and is not drawn yet. */
    draw: () => waiting.shift()?.(),
    size: SIZE,
    isAlternate: false,
    write(data: Uint8Array, isOld: boolean, done: () => void) {
      screen.log.push(`write ${new TextDecoder().decode(data)}${isOld ? " (old)" : ""}`);
      waiting.push(done);
    },
    clear: () => void screen.log.push("clear"),
    settle: () => void screen.log.push("settle"),
    remark: (text: string) => void screen.log.push(`remark ${text}`),
    restore: () => void screen.log.push("restore"),
    save: () => SCREEN,
    setCursorText(text: CursorText | undefined) {
      screen.cursorText = text;
    },
    cursor: () => ({ column: 2, columns: 80, lineRestIsBlank: true }),
  };
  return screen satisfies TerminalScreen;
}

function aSession() {
  const session = {
    state: { state: "connecting" } as SessionState,
    have: 0,
    accepts: Number.POSITIVE_INFINITY,
    drawnBytes: 0,
    sizes: [] as unknown[],
    told: undefined as unknown as TerminalSessionEvents,
    begin(events: TerminalSessionEvents): TerminalSession {
      session.told = events;
      return session as unknown as TerminalSession;
    },
    become(state: SessionState) {
      session.state = state;
      session.told.state(state);
    },
    attach(attached: Partial<Attached>) {
      session.become({ state: "connected", resumed: false });
      session.told.attached({ session_id: "", in_next: 0, ...SIZE, start: 0, end: 0, ...attached });
    },
    output(text: string) {
      session.have += text.length;
      session.told.output(bytes(text));
    },
    start: () => {},
    close: () => {},
    type: (data: Uint8Array) => Math.min(session.accepts, data.length),
    resize: (size: unknown) => void session.sizes.push(size),
    drawn(count: number) {
      session.drawnBytes += count;
    },
  };
  return session;
}

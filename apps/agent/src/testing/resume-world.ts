/**
 * One session with everything around it, for tests that try whatever can happen: a real `HostedSession` on a terminal
 * and streams that exist in memory only, and a viewer that keeps the protocol and checks that the host does.
 *
 * The letters and numbers are those of the invariants of the resume protocol.
 */
import {
  Attached,
  BLOCK_FOR_MS,
  decodeJson,
  ERRORS,
  Exit,
  type ExitReport,
  FRAME_HEADER_BYTES,
  FrameKind,
  OUTPUT_RING_BYTES,
  OUTPUT_WINDOW_BYTES,
} from "@sallyport/protocol";
// biome-ignore lint/correctness/noUndeclaredDependencies: of the whole repository, and only tests import this file
import { expect, vi } from "vitest";
import { HostedSession } from "../host/hosted-session.ts";
import type { StreamEvents, ViewerStream } from "../host/session-stream.ts";
import { createLogger } from "../platform/logger.ts";
import { FakePty, outputOf } from "./fake-pty.ts";

export const GRACE_SECONDS = 180;
const SESSION_ID = "11111111-1111-4111-8111-111111111111";
const TAKEN_OVER = ERRORS.SESSION_TAKEN_OVER.close;
const BROKEN = 1006;
const typedByte = (offset: number) => (offset * 7) & 0xff;

interface SentFrame {
  kind: FrameKind;
  offset: number;
  payload: Uint8Array;
}

/** One stream: what is on its way in both directions. */
class FakeWire implements ViewerStream {
  isOpen = false;
  readonly toViewer: SentFrame[] = [];
  readonly toHost: (() => void)[] = [];
  closedByHost: number | undefined;
  hasEnded = false;
  /** What the viewer knows on this stream. */
  attached: Attached | undefined;
  exits = 0;
  sent = 0;
  acked = 0;
  largestWindow = OUTPUT_WINDOW_BYTES;
  readonly epoch: number;
  readonly have: number | null;
  readonly events: StreamEvents;

  constructor(epoch: number, have: number | null, events: StreamEvents) {
    this.epoch = epoch;
    this.have = have;
    this.events = events;
  }

  send(kind: FrameKind, offset: number, payload: Uint8Array = new Uint8Array(0)): void {
    if (this.isOpen) this.toViewer.push({ kind, offset, payload });
  }

  sendOutput(offset: number, frame: Uint8Array): void {
    if (!this.isOpen) return;
    this.sent = offset + frame.length - FRAME_HEADER_BYTES;
    this.send(FrameKind.output, offset, frame.subarray(FRAME_HEADER_BYTES));
  }

  close(code: number): void {
    this.closedByHost ??= code;
    this.isOpen = false;
  }

  protocolError(): void {
    this.close(4400);
  }

  end(code: number): void {
    this.isOpen = false;
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.events.ended({ code, reason: "in a test" });
  }
}

export class ResumeWorld {
  readonly pty = new FakePty();
  readonly ends: ExitReport[] = [];
  readonly #session: HostedSession;
  readonly #zombies: FakeWire[] = [];
  #screens: { past: Buffer; drawn: (pieces: Uint8Array[] | undefined) => void; signal: AbortSignal }[] = [];
  #wire: FakeWire | undefined;
  #epoch = 0;
  #failedEpochs = 0;
  #reportedFailures = 0;
  /** Everything before this has reached the viewer, or was announced as lost, or was shown on a screen. */
  #received = 0;
  #inputTaken = 0;
  #inputSent = 0;
  #typed = 0;
  #exitSeen = false;
  #endAsked = false;
  #lastAttachedAt = performance.now();
  /** Since it was attached last, it was away for too long, or came as one that wants to see nothing of the past. */
  #mayHaveGap = false;

  constructor() {
    this.#session = new HostedSession({
      sessionId: SESSION_ID,
      program: this.pty,
      size: { cols: 80, rows: 24 },
      logger: createLogger({ level: "error", write: (line) => expect.unreachable(line) }),
      drawScreen: ({ bytes }, _size, signal) =>
        new Promise((drawn) => this.#screens.push({ past: Buffer.concat(bytes), drawn, signal })),
      streamFailed: (epoch) => {
        expect(epoch).toBe(this.#epoch);
        this.#reportedFailures += 1;
      },
      ended: (exit) => this.ends.push(exit),
    });
  }

  get hasEnded(): boolean {
    return this.ends.length > 0;
  }
  get received(): number {
    return this.#received;
  }

  type(byteCount: number): void {
    this.#typed += byteCount;
    this.#sendInput();
  }

  resize(cols: number): void {
    const wire = this.#wire;
    wire?.toHost.push(() => wire.events.resized({ cols, rows: 24 }));
  }

  acknowledge(windowBytes?: number): void {
    const wire = this.#wire;
    if (!wire?.attached) return;
    const offset = this.#received;
    wire.toHost.push(() => {
      if (wire === this.#wire) wire.acked = Math.max(wire.acked, offset);
      if (windowBytes !== undefined) wire.largestWindow = Math.max(wire.largestWindow, windowBytes);
      wire.events.acknowledged(offset, windowBytes);
    });
  }

  /** I5: a viewer that breaks the protocol loses its stream, and nothing else. */
  lie(how: "ack" | "input"): void {
    const wire = this.#wire;
    if (!wire?.isOpen || !wire.attached || this.hasEnded || this.pty.hasExited) return;
    if (how === "ack") wire.events.acknowledged(this.pty.produced + 1, undefined);
    else wire.events.input(this.#typed + 1, new Uint8Array([0]));
    expect(wire.closedByHost).toBe(4400);
    this.#wire = undefined;
    wire.end(4400);
    expect(this.hasEnded).toBe(this.#endAsked && this.pty.hasExited);
  }

  /** Both ends hear of it at once, and what was on its way is lost. */
  cut(): void {
    const wire = this.#wire;
    this.#wire = undefined;
    wire?.end(BROKEN);
  }

  /** The viewer has given its stream up, and the host knows nothing of that yet. */
  halfOpen(): void {
    if (this.#wire) this.#zombies.push(this.#wire);
    this.#wire = undefined;
  }

  /** I6: what an older stream still says changes nothing. */
  zombieSpeaks(): void {
    const zombie = this.#zombies.find(({ toHost }) => toHost.length > 0);
    if (!zombie) return;
    if (zombie.epoch === this.#epoch) return zombie.toHost.shift()?.();
    const before = [this.pty.written.length, this.#session.held(), this.pty.size];
    zombie.toHost.shift()?.();
    expect([this.pty.written.length, this.#session.held(), this.pty.size]).toEqual(before);
  }

  zombieDies(): void {
    this.#zombies.shift()?.end(BROKEN);
  }

  attach(have: "received" | "earlier" | "nothing" | "too much", opens: boolean): void {
    if (this.hasEnded || this.#session.isEnding) return;
    const older = this.#wire;
    if (older) this.#zombies.push(older);
    this.#epoch += 1;
    const offset = { received: this.#received, earlier: 0, nothing: null, "too much": this.pty.produced + 1 }[have];
    let wire: FakeWire | undefined;
    const attachment = { epoch: this.#epoch, have: offset, size: { cols: 80, rows: 24 }, graceSeconds: GRACE_SECONDS };
    this.#session.attach(attachment, (events) => {
      wire = new FakeWire(this.#epoch, offset, events);
      return wire;
    });
    if (!wire) return expect.unreachable("the stream was not dialled");
    // I7: there is one writer, and the older one is told.
    for (const zombie of this.#zombies) {
      if (zombie.epoch === this.#epoch - 1 && !zombie.hasEnded) expect(zombie.closedByHost).toBeDefined();
      expect(zombie.isOpen).toBe(false);
    }
    if (older?.closedByHost !== 4400 && older) expect(older.closedByHost).toBe(TAKEN_OVER);
    this.#wire = wire;
    if (!opens) {
      this.#failedEpochs += 1;
      this.#wire = undefined;
      wire.end(BROKEN);
      return;
    }
    this.#open(wire, have);
  }

  /** The oldest screen that is being drawn is done. */
  drawn(): void {
    const screen = this.#screens.shift();
    // I2: it is drawn from the very bytes that went before.
    screen?.drawn(screen.signal.aborted ? undefined : [screen.past]);
  }

  deliverToHost(): void {
    this.#wire?.toHost.shift()?.();
    this.#check();
  }

  deliverToViewer(): void {
    const wire = this.#wire;
    const frame = wire?.toViewer.shift();
    if (wire && frame) this.#onFrame(wire, frame);
  }

  end(): void {
    this.#endAsked = true;
    this.#session.end({ reason: "told to" });
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    if (this.#wire?.attached) this.#lastAttachedAt = performance.now();
    this.#check();
  }

  /** Faults stop, and a viewer that behaves comes: everything must arrive, I11. */
  async heal(): Promise<void> {
    if (this.hasEnded || this.#session.isEnding) {
      await this.pass(10_000);
      expect(this.ends).toHaveLength(1);
      return;
    }
    this.attach("received", true);
    await this.#settle();
    if (!this.pty.hasExited) this.pty.exit({ exitCode: 3, signal: null });
    await this.#settle();
    // I1, I2, I3: all that was typed and all that was said has arrived, once and in order.
    expect(this.pty.read).toBe(this.pty.produced);
    expect(this.#received).toBe(this.pty.produced);
    // I9
    expect(this.#exitSeen).toBe(true);
    expect(this.ends).toEqual([{ exit_code: 3, signal: null }]);
    expect(this.#reportedFailures).toBe(this.#failedEpochs);
  }

  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      await vi.advanceTimersByTimeAsync(5);
      const wire = this.#wire;
      const isBusy = (wire?.toHost.length ?? 0) + (wire?.toViewer.length ?? 0) + this.#screens.length > 0;
      quiet = isBusy ? 0 : quiet + 1;
      while (this.#screens.length > 0) this.drawn();
      while (this.#wire && this.#wire.toViewer.length > 0) this.deliverToViewer();
      if (isBusy) this.acknowledge();
      while (this.#wire && this.#wire.toHost.length > 0) this.deliverToHost();
    }
  }

  #open(wire: FakeWire, have: "received" | "earlier" | "nothing" | "too much"): void {
    this.#mayHaveGap ||= have === "nothing" || performance.now() - this.#lastAttachedAt >= BLOCK_FOR_MS;
    wire.isOpen = true;
    wire.events.opened();
    if (have === "too much") {
      expect(wire.closedByHost).toBe(4400);
      this.#wire = undefined;
      wire.end(4400);
      return;
    }
    const [first] = wire.toViewer;
    if (first?.kind !== FrameKind.attached) return expect.unreachable("the first frame is not the attach");
    this.#lastAttachedAt = performance.now();
    wire.sent = Math.max(wire.sent, first.offset);
    wire.acked = first.offset;
  }

  #onFrame(wire: FakeWire, { kind, offset, payload }: SentFrame): void {
    switch (kind) {
      case FrameKind.attached:
        return this.#onAttached(wire, payload);
      case FrameKind.screen: {
        expect(wire.attached).toMatchObject({ screen: true, start: offset });
        expect(this.#received).toBe(offset);
        // The fake "screen" is all that was kept before it.
        expect(outputOf(offset - payload.length, offset).equals(payload)).toBe(true);
        return;
      }
      case FrameKind.output:
        // I2: contiguous, and each byte is the one at its offset.
        expect(offset).toBe(this.#received);
        expect(outputOf(offset, offset + payload.length).equals(payload)).toBe(true);
        this.#received += payload.length;
        return;
      case FrameKind.inputAck:
        expect(offset).toBeLessThanOrEqual(this.#inputSent);
        this.#inputTaken = Math.max(this.#inputTaken, offset);
        return;
      case FrameKind.exit:
        return this.#onExit(wire, offset, payload);
      default:
        expect.unreachable(`frame of kind ${kind}`);
    }
  }

  #onAttached(wire: FakeWire, payload: Uint8Array): void {
    const attached = decodeJson(Attached, payload);
    if (!attached || wire.attached) return expect.unreachable("an attach that cannot be");
    wire.attached = attached;
    const { start, end, gap, base = Number.NaN, screen, in_next } = attached;
    expect(base).toBeLessThanOrEqual(start);
    expect(start).toBeLessThanOrEqual(end);
    if (wire.have === null) {
      expect({ start, screen, gap }).toEqual({ start: end, screen: end > 0 ? true : undefined, gap: undefined });
    } else {
      // I3: what is missing is announced, and nothing is missing while the program was held up for the viewer.
      expect(gap).toEqual(start > wire.have ? { from: wire.have, to: start } : undefined);
      if (gap && wire.have > 0) expect(this.#mayHaveGap).toBe(true);
      expect(screen).toBeUndefined();
    }
    this.#received = start;
    this.#mayHaveGap = false;
    // I1: the host has taken what it says, never more than was sent.
    expect(in_next).toBeGreaterThanOrEqual(this.#inputTaken);
    expect(in_next).toBeLessThanOrEqual(this.#inputSent);
    this.#inputTaken = in_next;
    this.#inputSent = in_next;
    this.#sendInput();
  }

  /** I9: once on each stream, after the last byte. The server closes the stream when the viewer has seen it. */
  #onExit(wire: FakeWire, offset: number, payload: Uint8Array): void {
    expect(decodeJson(Exit, payload)).toBeDefined();
    wire.exits += 1;
    expect(wire.exits).toBe(1);
    expect(offset).toBe(this.#received);
    if (!this.#endAsked) expect(offset).toBe(this.pty.produced);
    expect(this.#session.held().end).toBe(offset);
    this.#exitSeen = true;
    this.#wire = undefined;
    wire.end(1000);
    expect(this.ends).toHaveLength(1);
  }

  #sendInput(): void {
    const wire = this.#wire;
    if (!wire?.attached) return;
    const from = this.#inputSent;
    // In two parts, and from a little before, as a client does that does not know exactly.
    const middle = Math.floor((from + this.#typed) / 2);
    for (const [start, end] of [
      [Math.max(this.#inputTaken, from - 3), middle],
      [middle, this.#typed],
    ] as const) {
      if (start >= end) continue;
      const bytes = Uint8Array.from({ length: end - start }, (_, at) => typedByte(start + at));
      wire.toHost.push(() => wire.events.input(start, bytes));
    }
    this.#inputSent = this.#typed;
  }

  #check(): void {
    const { base, end, epoch, in_next } = this.#session.held();
    expect(epoch).toBe(this.#epoch);
    // I4 and I10: the ring, and at most a frame that waits to be joined with others.
    expect(base).toBeLessThanOrEqual(end);
    expect(end - base).toBeLessThanOrEqual(OUTPUT_RING_BYTES);
    const wire = this.#wire;
    if (wire?.isOpen) expect(wire.sent - wire.acked).toBeLessThanOrEqual(wire.largestWindow);
    // I1: a prefix of what was typed, each byte once.
    expect(this.pty.written.length).toBe(in_next);
    expect(this.pty.written.length).toBeLessThanOrEqual(this.#typed);
    expect(this.pty.written.every((byte, at) => byte === typedByte(at))).toBe(true);
    expect(this.ends.length).toBeLessThanOrEqual(1);
  }
}

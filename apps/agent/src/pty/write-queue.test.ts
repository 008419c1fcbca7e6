import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { WriteQueue } from "./write-queue.ts";

/** A terminal with this much room, that says how to give it more, and keeps what it got. */
function roomyTerminal(roomBytes: number) {
  const terminal = {
    roomBytes,
    isClosed: false,
    received: [] as number[],
    delaysMs: [] as number[],
    onDrain: vi.fn(),
    due: undefined as (() => void) | undefined,
    /** Makes room, then lets the queue's timer run out as often as it is set, while there is room. */
    makeRoom(bytes: number) {
      terminal.roomBytes += bytes;
      terminal.elapse();
    },
    elapse() {
      const due = terminal.due;
      terminal.due = undefined;
      due?.();
    },
  };
  const queue = new WriteQueue({
    tryWrite: (bytes) => {
      if (terminal.isClosed) return "closed";
      const taken = bytes.subarray(0, terminal.roomBytes);
      terminal.received.push(...taken);
      terminal.roomBytes -= taken.length;
      return taken.length;
    },
    onDrain: terminal.onDrain,
    startTimer: (callback, delayMs) => {
      terminal.delaysMs.push(delayMs);
      terminal.due = callback;
      return () => {
        terminal.due = undefined;
      };
    },
  });
  return { terminal, queue };
}

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("WriteQueue", () => {
  test("hands over at once what fits", () => {
    const { terminal, queue } = roomyTerminal(10);
    const onWritten = vi.fn();
    queue.write(bytes(1, 2, 3), onWritten);
    expect(terminal.received).toEqual([1, 2, 3]);
    expect(onWritten).toHaveBeenCalledOnce();
    expect(queue.pendingBytes).toBe(0);
    expect(terminal.onDrain).not.toHaveBeenCalled();
  });

  test("keeps what does not fit, and says when it is gone", () => {
    const { terminal, queue } = roomyTerminal(2);
    const onWritten = vi.fn();
    queue.write(bytes(1, 2, 3, 4), onWritten);
    expect(queue.pendingBytes).toBe(2);
    terminal.makeRoom(1);
    expect(onWritten).not.toHaveBeenCalled();
    terminal.makeRoom(5);
    expect(terminal.received).toEqual([1, 2, 3, 4]);
    expect(onWritten).toHaveBeenCalledOnce();
    expect(terminal.onDrain).toHaveBeenCalledOnce();
  });

  test("asks a full terminal less and less often, and soon again once it moves", () => {
    const { terminal, queue } = roomyTerminal(0);
    queue.write(bytes(1, 2));
    for (let attempt = 0; attempt < 7; attempt += 1) terminal.elapse();
    expect(terminal.delaysMs).toEqual([1, 2, 4, 8, 16, 32, 50, 50]);
    terminal.makeRoom(1);
    expect(terminal.delaysMs.at(-1)).toBe(1);
  });

  test("a callback that writes puts its bytes behind those that wait", () => {
    const { terminal, queue } = roomyTerminal(10);
    queue.write(bytes(1), () => queue.write(bytes(4)));
    queue.write(bytes(2, 3));
    expect(terminal.received).toEqual([1, 4, 2, 3]);

    const full = roomyTerminal(0);
    full.queue.write(bytes(1), () => full.queue.write(bytes(3)));
    full.queue.write(bytes(2));
    full.terminal.makeRoom(9);
    expect(full.terminal.received).toEqual([1, 2, 3]);
  });

  test("a terminal that is gone takes the queue with it", () => {
    const { terminal, queue } = roomyTerminal(1);
    const onWritten = vi.fn();
    queue.write(bytes(1, 2), onWritten);
    terminal.isClosed = true;
    terminal.elapse();
    queue.write(bytes(3), onWritten);
    expect(queue.pendingBytes).toBe(0);
    expect(onWritten).not.toHaveBeenCalled();
    expect(terminal.due).toBeUndefined();
  });

  test("closing calls off the next attempt", () => {
    const { terminal, queue } = roomyTerminal(0);
    queue.write(bytes(1));
    queue.close();
    expect(terminal.due).toBeUndefined();
    expect(queue.pendingBytes).toBe(0);
  });

  test("whatever is written and whenever there is room, all of it arrives once, in order, and is counted", () => {
    const write = fc.record({ kind: fc.constant("write" as const), bytes: fc.uint8Array({ maxLength: 20 }) });
    const room = fc.record({ kind: fc.constant("room" as const), byteCount: fc.nat(15) });
    fc.assert(
      fc.property(fc.array(fc.oneof(write, room)), (steps) => {
        const { terminal, queue } = roomyTerminal(0);
        const given: number[] = [];
        const owed: number[] = [];
        const paid: number[] = [];
        for (const [index, step] of steps.entries()) {
          if (step.kind === "room") terminal.makeRoom(step.byteCount);
          else {
            given.push(...step.bytes);
            owed.push(index);
            queue.write(step.bytes, () => paid.push(index));
          }
          expect(terminal.received).toEqual(given.slice(0, terminal.received.length));
          expect(queue.pendingBytes).toBe(given.length - terminal.received.length);
          expect(paid).toEqual(owed.slice(0, paid.length));
        }
        terminal.makeRoom(given.length);
        expect(terminal.received).toEqual(given);
        expect(paid).toEqual(owed);
      }),
    );
  });
});

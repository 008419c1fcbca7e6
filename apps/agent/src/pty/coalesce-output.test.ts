import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OutputCoalescer } from "./coalesce-output.ts";

const LIMIT_BYTES = 10;

function manualCoalescer() {
  const frames: string[] = [];
  const timer = { due: undefined as (() => void) | undefined };
  const output = new OutputCoalescer((frame) => frames.push(Buffer.from(frame).toString("latin1")), {
    maxFrameBytes: LIMIT_BYTES,
    startTimer: (callback) => {
      expect(timer.due).toBeUndefined();
      timer.due = callback;
      return () => {
        timer.due = undefined;
      };
    },
  });
  return {
    frames,
    output,
    push: (text: string) => output.push(Buffer.from(text, "latin1")),
    isTimerSet: () => timer.due !== undefined,
    elapse: () => {
      const due = timer.due;
      timer.due = undefined;
      due?.();
    },
  };
}

describe("OutputCoalescer", () => {
  test("lets the first bytes after a quiet moment through at once", () => {
    const { frames, push, elapse, isTimerSet } = manualCoalescer();
    push("a");
    expect(frames).toEqual(["a"]);
    elapse();
    expect(isTimerSet()).toBe(false);
    push("b");
    expect(frames).toEqual(["a", "b"]);
  });

  test("joins what follows until the delay is over, for as long as it follows", () => {
    const { frames, push, elapse } = manualCoalescer();
    for (const text of ["a", "b", "c"]) push(text);
    expect(frames).toEqual(["a"]);
    elapse();
    expect(frames).toEqual(["a", "bc"]);
    push("d");
    expect(frames).toEqual(["a", "bc"]);
    elapse();
    expect(frames).toEqual(["a", "bc", "d"]);
  });

  test("sends a frame as soon as it is full, without waiting", () => {
    const { frames, push } = manualCoalescer();
    for (const text of ["-", "12345", "6789", "abc"]) push(text);
    expect(frames).toEqual(["-", "123456789a"]);
  });

  test("cuts a read that is larger than a frame", () => {
    const { frames, push, elapse } = manualCoalescer();
    push("0123456789ABCDEFGHIJxyz");
    elapse();
    expect(frames).toEqual(["0123456789", "ABCDEFGHIJ", "xyz"]);
  });

  test("flush sends what waits, and the next bytes start afresh", () => {
    const { frames, push, output, isTimerSet } = manualCoalescer();
    push("a");
    push("b");
    output.flush();
    expect(frames).toEqual(["a", "b"]);
    expect(isTimerSet()).toBe(false);
    output.flush();
    push("c");
    expect(frames).toEqual(["a", "b", "c"]);
  });

  test("a frame has room for a header, is the receiver's to keep, and takes no more memory than it must", () => {
    const frames: Uint8Array[] = [];
    const output = new OutputCoalescer((frame) => frames.push(frame), {
      headerBytes: 2,
      maxFrameBytes: LIMIT_BYTES,
      startTimer: () => () => {},
    });
    const read = Uint8Array.of(1, 2, 3);
    output.push(read);
    read.fill(9);
    output.push(Uint8Array.from({ length: LIMIT_BYTES }, (_, n) => n));
    output.push(read);
    output.flush();
    expect(frames.map((frame) => [...frame.subarray(2)])).toEqual([
      [1, 2, 3],
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [9, 9, 9],
    ]);
    expect(frames[1]?.buffer.byteLength).toBe(2 + LIMIT_BYTES);
  });

  test("whatever comes when: complete, in order, no frame empty or above the limit, nothing waiting without a timer", () => {
    const text = fc.string({ maxLength: 35, unit: "binary-ascii" });
    const push = fc.record({ kind: fc.constant("push" as const), text });
    const other = fc.record({ kind: fc.constantFrom("elapse" as const, "flush" as const) });
    fc.assert(
      fc.property(fc.array(fc.oneof(push, push, other)), (steps) => {
        const coalescer = manualCoalescer();
        let pushed = "";
        for (const step of steps) {
          if (step.kind === "push") {
            pushed += step.text;
            coalescer.push(step.text);
          } else if (step.kind === "elapse") coalescer.elapse();
          else coalescer.output.flush();
          const sent = coalescer.frames.join("");
          expect(pushed.startsWith(sent)).toBe(true);
          expect(sent === pushed || coalescer.isTimerSet()).toBe(true);
        }
        coalescer.output.flush();
        expect(coalescer.frames.join("")).toBe(pushed);
        expect(coalescer.frames.every((frame) => frame.length > 0 && frame.length <= LIMIT_BYTES)).toBe(true);
      }),
    );
  });
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { InputFeeder } from "./input-feeder.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function feederWith({ room, mayWait }: { room: number; mayWait: boolean }) {
  const world = { room, typed: "", dropped: 0, paused: 0, resumed: 0 };
  const feeder = new InputFeeder({
    type: (bytes) => {
      const accepted = Math.min(world.room, bytes.length);
      world.room -= accepted;
      world.typed += Buffer.from(bytes.subarray(0, accepted)).toString();
      return accepted;
    },
    mayWait: () => mayWait,
    pause: () => (world.paused += 1),
    resume: () => (world.resumed += 1),
    dropped: (byteCount) => (world.dropped += byteCount),
  });
  return { world, feeder };
}

test("what is not accepted is typed later, in order, and nothing more is read meanwhile", () => {
  const { world, feeder } = feederWith({ room: 3, mayWait: true });
  feeder.feed(Buffer.from("hello "));
  feeder.feed(Buffer.from("world"));
  expect(world).toMatchObject({ typed: "hel", paused: 1, resumed: 0 });
  world.room = 100;
  vi.advanceTimersByTime(100);
  expect(world).toMatchObject({ typed: "hello world", dropped: 0, resumed: 1 });
});

test("a person who types into a broken connection is told what is not kept", () => {
  const { world, feeder } = feederWith({ room: 3, mayWait: false });
  feeder.feed(Buffer.from("hello"));
  expect(world).toMatchObject({ typed: "hel", dropped: 2, paused: 0 });
});

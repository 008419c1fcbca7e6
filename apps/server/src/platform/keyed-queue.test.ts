import { expect, test } from "vitest";
import { KeyedQueue } from "./keyed-queue.ts";

test("work of one key takes turns, also after a failure; another key does not wait", async () => {
  const queue = new KeyedQueue();
  const seen: string[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const first = queue.run("a", async () => {
    await gate;
    seen.push("a1");
    throw new Error("no");
  });
  const second = queue.run("a", async () => seen.push("a2"));
  await queue.run("b", async () => seen.push("b"));
  expect(seen).toEqual(["b"]);
  open();
  await expect(first).rejects.toThrow("no");
  await second;
  expect(seen).toEqual(["b", "a1", "a2"]);
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { listSockets, watchDisplays } from "./watch-displays.ts";

let folder: string;
let stop: (() => void) | undefined;
let changes = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "watch-displays-"));
  changes = 0;
});
afterEach(async () => {
  stop?.();
  await rm(folder, { recursive: true });
});

async function watch(): Promise<void> {
  stop = watchDisplays(() => (changes += 1), { everyMs: 5, list: () => listSockets(folder) });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(changes).toBe(0);
}

test("a display that comes and one that goes are told", async () => {
  await watch();
  await writeFile(join(folder, "X0"), "");
  await expect.poll(() => changes).toBe(1);
  await rm(join(folder, "X0"));
  await expect.poll(() => changes).toBe(2);
});

test("a display in the place of one whose server was killed is another one", async () => {
  await writeFile(join(folder, "X0"), "");
  await watch();
  await rm(join(folder, "X0"));
  await writeFile(join(folder, "X0"), "");
  await expect.poll(() => changes).toBeGreaterThan(0);
});

test("a look that takes longer than until the next one is waited for", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const looks: ((sockets: string) => void)[] = [];
  const list = () => new Promise<string>((resolve) => looks.push(resolve));
  stop = watchDisplays(() => (changes += 1), { everyMs: 5, list });
  await vi.advanceTimersByTimeAsync(50);
  expect(looks).toHaveLength(1);
  looks[0]?.("X0");
  await vi.advanceTimersByTimeAsync(5);
  looks[1]?.("X0 X1");
  await vi.advanceTimersByTimeAsync(0);
  expect([looks.length, changes]).toEqual([2, 1]);
});

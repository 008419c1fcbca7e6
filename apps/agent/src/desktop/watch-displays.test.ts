import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchDisplays } from "./watch-displays.ts";

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
  stop = watchDisplays(() => (changes += 1), { folder, everyMs: 5 });
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

import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isAlive, signalIfAlive, waitUntilGone } from "./processes.ts";

test("a process is there until it has ended", async () => {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  expect(isAlive(pid)).toBe(true);
  const gone = waitUntilGone(pid, 60_000);
  signalIfAlive(pid, "SIGTERM");
  expect(await gone).toBe(true);
  expect(() => signalIfAlive(pid, "SIGTERM")).not.toThrow();
});

test("one that ended counts as gone also while its parent has not asked for its status", async () => {
  // The shell becomes a program that never asks about the child it inherited.
  const parent = spawn("/bin/sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  expect(await waitUntilGone(Number(line), 60_000)).toBe(true);
  parent.kill();
});

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CommandRecords } from "./command-records.ts";

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "records-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { records: new CommandRecords(folder), files: () => readdirSync(join(folder, "commands")), folder };
}

/** A session of its own, as a command's is. */
function start(script: string) {
  const child = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  return {
    pid: child.pid ?? 0,
    exited,
    said: new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data)))),
  };
}
const isAlive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

test("what a dead host left is ended, with what it started, and forgotten", async () => {
  const { records, files } = setUp();
  const { pid, exited, said } = start("trap '' HUP; sleep 301 & echo $!; wait");
  const child = Number(await said);
  records.started(pid);
  records.endLeftovers();
  await exited;
  while (isAlive(child)) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(files()).toEqual([]);
});

test("what outlived its first process is ended, too", async () => {
  const { records } = setUp();
  const { pid, exited, said } = start("sleep 302 & echo $!");
  const child = Number(await said);
  records.started(pid);
  await exited;
  expect(isAlive(child)).toBe(true);
  records.endLeftovers();
  while (isAlive(child)) await new Promise((resolve) => setTimeout(resolve, 10));
});

test("a process of somebody else that came to the same number is left in peace", async () => {
  const { records, folder, files } = setUp();
  const { pid, said } = start("echo up; exec sleep 303");
  await said;
  records.started(pid);
  writeFileSync(join(folder, "commands", String(pid)), "1");
  records.endLeftovers();
  expect(files()).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isAlive(pid)).toBe(true);
});

test("a command that ended leaves no record", () => {
  const { records, files } = setUp();
  records.started(process.pid);
  records.ended(process.pid);
  expect(files()).toEqual([]);
});

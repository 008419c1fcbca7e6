import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { fileNameOf, LogDir } from "./log-dir.ts";

test("no name of a machine leads out of the folder", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom("..", "../../etc/passwd", ".ssh", "/etc", "")), (name) => {
      expect(fileNameOf(name)).toMatch(/^[\w-][\w.-]*$/);
    }),
  );
});

test("each node's output is in files of its own, for the operator alone, and who succeeded beside them", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "log-dir-")), "out");
  onTestFinished(() => rmSync(join(folder, ".."), { recursive: true }));
  const log = await LogDir.open(folder, (error) => expect.unreachable(error.message));
  const written = (node: string, stream: "stdout" | "stderr", text: string) =>
    new Promise<void>((resolve) => log.write(node, stream, Buffer.from(text), resolve));
  await written("hub-1", "stdout", "a");
  await written("hub-1", "stdout", "b");
  await written("hub-1", "stderr", "c");
  await log.close({ succeeded: ["hub-1"], failed: ["hub-2", "hub-3"] });
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  expect(files).toEqual({
    "hub-1.stdout": "ab",
    "hub-1.stderr": "c",
    "hosts.succeeded": "hub-1\n",
    "hosts.failed": "hub-2\nhub-3\n",
  });
  expect(statSync(join(folder, "hub-1.stdout")).mode & 0o077).toBe(0);
});

test("a file that cannot be written is told, and holds nobody up", async () => {
  const folder = mkdtempSync(join(tmpdir(), "log-dir-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "hub-1.stdout"));
  const errors: Error[] = [];
  const log = await LogDir.open(folder, (error) => errors.push(error));
  await new Promise<void>((resolve) => log.write("hub-1", "stdout", Buffer.from("a"), resolve));
  await log.close({ succeeded: [], failed: ["hub-1"] });
  expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining("EISDIR")]);
  expect(readFileSync(join(folder, "hosts.failed"), "utf8")).toBe("hub-1\n");
});

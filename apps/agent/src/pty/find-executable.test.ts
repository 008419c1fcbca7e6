import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findExecutable } from "./find-executable.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "find-executable-"));
  mkdirSync(join(folder, "first"));
  mkdirSync(join(folder, "second", "tool"), { recursive: true });
  mkdirSync(join(folder, "third"));
  writeFileSync(join(folder, "first", "tool"), "", { mode: 0o644 });
  writeFileSync(join(folder, "third", "tool"), "", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a path is taken from the working folder", () => {
  expect(findExecutable({ file: "./third/tool", cwd: folder, path: "/bin" })).toBe(join(folder, "third", "tool"));
});

test("a name is looked up in PATH, past folders and files that may not be executed", () => {
  const path = ["first", "second", "third"].map((name) => join(folder, name)).join(":");
  expect(findExecutable({ file: "tool", cwd: "/", path })).toBe(join(folder, "third", "tool"));
});

test("a name that is found but may not be executed is told as such", () => {
  expect(() => findExecutable({ file: "tool", cwd: "/", path: join(folder, "first") })).toThrow(
    expect.objectContaining({ code: "FILE_NOT_EXECUTABLE" }),
  );
});

test("without PATH the usual folders are searched", () => {
  expect(findExecutable({ file: "sh", cwd: "/", path: undefined })).toMatch(/\/bin\/sh$/);
});

test("a path through a file is not there", () => {
  expect(() => findExecutable({ file: join(folder, "first", "tool", "x"), cwd: "/", path: "" })).toThrow(
    expect.objectContaining({ code: "FILE_NOT_FOUND" }),
  );
});

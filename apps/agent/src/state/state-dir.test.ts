import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deviceSecret } from "./device-file.ts";
import { loadRegistration } from "./registration-file.ts";
import { socketPath } from "./socket-path.ts";
import { openStateDir } from "./state-dir.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ztna-state-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const mode = (path: string) => statSync(path).mode & 0o777;

describe("openStateDir", () => {
  test("makes the directory for its owner only", () => {
    expect(mode(openStateDir(join(root, "a", "b")).path)).toBe(0o700);
  });

  test("closes a directory that was made for it", () => {
    const path = join(root, "made");
    mkdirSync(path, { mode: 0o755 });
    openStateDir(path);
    expect(mode(path)).toBe(0o700);
  });

  test("does not lock others out of a directory that they use", () => {
    chmodSync(root, 0o755);
    writeFileSync(join(root, "theirs"), "");
    expect(() => openStateDir(root)).toThrow("a directory of its own");
    expect(mode(root)).toBe(0o755);
  });
});

describe("socketPath", () => {
  const long = () => join(root, "x".repeat(120));

  test("is in the state directory where that is short enough, and elsewhere where it is not", () => {
    expect(socketPath(root, "host.sock")).toBe(join(root, "host.sock"));
    const elsewhere = socketPath(long(), "host.sock");
    expect(Buffer.byteLength(elsewhere)).toBeLessThan(100);
    expect(mode(dirname(elsewhere))).toBe(0o700);
    expect(socketPath(long(), "host.sock")).toBe(elsewhere);
    rmSync(dirname(elsewhere), { recursive: true });
  });

  test("does not trust a directory that somebody else prepared", () => {
    const elsewhere = dirname(socketPath(long(), "host.sock"));
    chmodSync(elsewhere, 0o777);
    expect(() => socketPath(long(), "host.sock")).toThrow("not a private directory");
    rmSync(elsewhere, { recursive: true });
    symlinkSync(root, elsewhere);
    expect(() => socketPath(long(), "host.sock")).toThrow("not a private directory");
    rmSync(elsewhere);
  });
});

test("a device keeps its secret, readable by its owner only", () => {
  const dir = openStateDir(root);
  const secret = deviceSecret(dir);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(deviceSecret(dir)).toBe(secret);
  expect(mode(dir.deviceFile)).toBe(0o600);
});

test("a damaged registration is told without quoting it", () => {
  const dir = openStateDir(root);
  expect(loadRegistration(dir)).toBeUndefined();
  writeFileSync(dir.registrationFile, '{"node_key":"top-secret"}');
  expect(() => loadRegistration(dir)).toThrow(/damaged; 'ztna logout' removes it/);
  expect(() => loadRegistration(dir)).not.toThrow(/top-secret/);
});

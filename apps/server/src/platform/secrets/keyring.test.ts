import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Keyring, loadMasterSecret } from "./keyring.ts";

const keyring = new Keyring("ab".repeat(32));

test("what is sealed can be opened, and no two seals of the same text are alike", () => {
  const sealed = keyring.seal("secret", "machine-1");
  expect(keyring.open(sealed, "machine-1")).toBe("secret");
  expect(keyring.seal("secret", "machine-1")).not.toBe(sealed);
  expect(sealed).not.toContain("secret");
});

test("a seal does not open for another owner, with another key, or when a bit was changed", () => {
  const sealed = keyring.seal("secret", "machine-1");
  expect(() => keyring.open(sealed, "machine-2")).toThrow();
  expect(() => new Keyring("cd".repeat(32)).open(sealed, "machine-1")).toThrow();
  const [version, body = ""] = sealed.split(".");
  const bytes = Buffer.from(body, "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => keyring.open(`${version}.${changed.toString("base64url")}`, "machine-1")).toThrow();
  }
  expect(() => keyring.open("nonsense", "machine-1")).toThrow();
});

test("R-42 every seal has a nonce of its own", () => {
  const seen = new Set<string>();
  for (let n = 0; n < 20_000; n++) seen.add(keyring.seal("", "m").slice(0, 19));
  expect(seen.size).toBe(20_000);
});

test("keys of different purposes have nothing in common", () => {
  expect(keyring.derive("a").equals(keyring.derive("b"))).toBe(false);
});

test("X-41 the master secret is made once, readable by its owner only", async () => {
  const dir = await mkdtemp(join(tmpdir(), "keyring-"));
  const [first = "", ...others] = await Promise.all(Array.from({ length: 20 }, () => loadMasterSecret(dir)));
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(others)).toEqual(new Set([first]));
  expect(await readdir(dir)).toEqual(["session-token-secret"]);
  expect(await loadMasterSecret(dir)).toBe(first);
  const file = join(dir, "session-token-secret");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await readFile(file, "utf8")).trim()).toBe(first);
});

test("a damaged secret file stops the start instead of being replaced", async () => {
  const dir = await mkdtemp(join(tmpdir(), "keyring-"));
  await writeFile(join(dir, "session-token-secret"), "short");
  await expect(loadMasterSecret(dir)).rejects.toThrow("64 hexadecimal");
});

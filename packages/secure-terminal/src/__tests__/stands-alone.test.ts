import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..");

test("VT-005 VT-006 the library needs nothing but Node: one can copy the folder, without uuid or Prisma", () => {
  const files = readdirSync(SOURCES).filter((name) => name.endsWith(".ts") && !/\.(test|fixture)\.ts$/.test(name));
  const imported = files.flatMap((name) =>
    [...readFileSync(join(SOURCES, name), "utf8").matchAll(/from "([^"]+)"/g)].map(([, from]) => from ?? ""),
  );
  expect(new Set(imported.filter((from) => !from.startsWith("./")))).toEqual(new Set(["node:crypto"]));
  const { dependencies } = JSON.parse(readFileSync(join(SOURCES, "..", "package.json"), "utf8"));
  expect(dependencies ?? {}).toEqual({});
});

test("VT-002 VT-004 the licence is MIT, and Node 20.19 is enough", () => {
  const manifest = JSON.parse(readFileSync(join(SOURCES, "..", "package.json"), "utf8"));
  expect(manifest).toMatchObject({ license: "MIT", engines: { node: ">=20.19" } });
});

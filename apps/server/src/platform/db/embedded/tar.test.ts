import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packTar, unpackTar } from "./tar.ts";

const entry = fc.record({
  name: fc.stringMatching(/^[a-z0-9_]{1,20}(\/[a-z0-9_.]{1,20}){0,3}$/),
  bytes: fc.option(fc.uint8Array({ maxLength: 2000 }), { nil: undefined }),
});

test("what is packed is unpacked the same", () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const plain = entries.map(({ name, bytes }) => ({ name, bytes: bytes && Buffer.from(bytes) }));
      expect(unpackTar(packTar(plain))).toEqual(plain);
    }),
  );
});

test("an operator's tar reads it", () => {
  const archive = packTar([
    { name: "base", bytes: undefined },
    { name: "base/PG_VERSION", bytes: Buffer.from("18\n") },
  ]);
  expect(execFileSync("tar", ["tf", "-"], { input: archive }).toString()).toBe("base\nbase/PG_VERSION\n");
});

test("a damaged or cut archive is refused", () => {
  const archive = packTar([{ name: "one", bytes: Buffer.from("two") }]);
  expect(() => unpackTar(archive.subarray(0, 1024))).toThrow("cut short");
  archive[3] = 0x41;
  expect(() => unpackTar(archive)).toThrow("damaged");
});

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { NonceSet, nonceWords } from "./nonce-set.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const anyNonce = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(hex);
/** Few different ones, zeros among them, many that fall on the same slot. */
const awkwardNonce = fc
  .tuple(fc.constantFrom("00000000", "00000001", "80000000", "ffffffff"), fc.constantFrom("00000000", "7fffffff"))
  .map(([first, rest]) => first + rest.repeat(3));

test("it holds exactly what was added, like a Set", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyNonce, awkwardNonce), { maxLength: 300 }), anyNonce, (nonces, stranger) => {
      const set = new NonceSet();
      const model = new Set<string>();
      for (const nonce of nonces) {
        expect(set.has(nonceWords(nonce))).toBe(model.has(nonce));
        set.add(nonceWords(nonce));
        model.add(nonce);
        expect(set.size).toBe(model.size);
      }
      for (const nonce of nonces) expect(set.has(nonceWords(nonce))).toBe(true);
      expect(set.has(nonceWords(stranger))).toBe(model.has(stranger));
    }),
  );
});

test("a hundred thousand nonces are all found again", () => {
  const nonces = Array.from({ length: 100_000 }, () => hex(randomBytes(16)));
  const set = new NonceSet();
  for (const nonce of nonces) set.add(nonceWords(nonce));
  expect(set.size).toBe(nonces.length);
  expect(nonces.every((nonce) => set.has(nonceWords(nonce)))).toBe(true);
});

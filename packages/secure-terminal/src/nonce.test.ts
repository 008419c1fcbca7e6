import { expect, test } from "vitest";
import { newNonce } from "./nonce.ts";

test("nonces are 32 hex characters and never the same, also where the pool is filled anew", () => {
  const nonces = Array.from({ length: 2_000 }, newNonce);
  for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(nonces).size).toBe(nonces.length);
});

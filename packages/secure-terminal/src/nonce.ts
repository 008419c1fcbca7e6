import { randomFillSync } from "node:crypto";

const NONCE_BYTES = 16;
/** Asking the system for 16 bytes costs as much as for 4 KiB. */
const POOL_BYTES = 4_096;

const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** 16 random bytes as 32 hex characters; each byte of the pool is handed out once. */
export function newNonce(): string {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += NONCE_BYTES;
  return pool.toString("hex", used - NONCE_BYTES, used);
}

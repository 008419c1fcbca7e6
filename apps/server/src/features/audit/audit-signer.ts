import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { AuditClass } from "@sallyport/protocol";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { canonicalJson } from "./hash-chain.ts";

/** What precedes the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** "At this time, the chain had this row at this place." */
export interface Checkpoint {
  chain: string;
  seq: number;
  hash: string;
  /** ISO 8601 with milliseconds, as everywhere in what is signed. */
  created_at: string;
}

/** "Retention removed these rows": `digest` is the ErasedDigest of their places and hashes. */
export interface Tombstone {
  id: string;
  chain: string;
  class: AuditClass;
  first_seq: number;
  last_seq: number;
  rows: number;
  digest: string;
  created_at: string;
}

export type Signed<Statement> = Statement & { signature: string };

/** Signs statements about the audit log with a key that is not in the database. */
export class AuditSigner {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;

  constructor(keyring: Keyring) {
    const seed = keyring.derive("audit checkpoints");
    this.#privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
    this.#publicKey = createPublicKey(this.#privateKey);
  }

  checkpoint(statement: Checkpoint): Signed<Checkpoint> {
    return { ...statement, signature: this.#sign("checkpoint", statement) };
  }

  tombstone(statement: Tombstone): Signed<Tombstone> {
    return { ...statement, signature: this.#sign("tombstone", statement) };
  }

  isCheckpoint(statement: Signed<Checkpoint>): boolean {
    return this.#isSigned("checkpoint", statement);
  }

  isTombstone(statement: Signed<Tombstone>): boolean {
    return this.#isSigned("tombstone", statement);
  }

  #sign(kind: string, statement: object): string {
    return sign(null, signedBytes(kind, statement), this.#privateKey).toString("base64url");
  }

  #isSigned(kind: string, { signature, ...statement }: Signed<object>): boolean {
    return verify(null, signedBytes(kind, statement), this.#publicKey, Buffer.from(signature, "base64url"));
  }
}

/** The kind is part of what is signed, so that one statement is never taken for another. */
const signedBytes = (kind: string, statement: object): Buffer =>
  Buffer.from(`sallyport audit ${kind}\n${canonicalJson(statement)}`);

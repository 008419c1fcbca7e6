import { randomBytes } from "node:crypto";
import { NODE_TOKEN_PREFIXES, type NodeKind } from "@sallyport/protocol";

/** A token for one node's agent: its kind's prefix and 32 random bytes. Shown once; only its hash is kept. */
export const newNodeToken = (kind: NodeKind): string =>
  NODE_TOKEN_PREFIXES[kind] + randomBytes(32).toString("base64url");

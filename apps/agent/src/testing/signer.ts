import { type SecureMessage, signMessage } from "@sallyport/secure-terminal";

/** What differs from what an honest control plane would sign. */
export interface SignedAs {
  key?: string;
  machineId?: string;
  capabilities?: string[];
  atMs?: number;
}

export type Sign = (type: string, sessionId: string, payload: unknown, as?: SignedAs) => SecureMessage;

/** Signs messages of one connection. */
export function signer({
  key,
  machineId,
  now = Date.now,
}: {
  key: string;
  machineId: string;
  now?: () => number;
}): Sign {
  return (type, sessionId, payload, as = {}) =>
    signMessage({
      type,
      identity: {
        sessionId,
        machineId: as.machineId ?? machineId,
        userId: "user-1",
        capabilities: as.capabilities ?? ["spawn", "input", "resize"],
      },
      payload,
      secret: as.key ?? key,
      now: as.atMs ?? now(),
      // An honest signer refuses what the capabilities do not cover; a hostile one does not.
      requirements: new Map(),
    });
}

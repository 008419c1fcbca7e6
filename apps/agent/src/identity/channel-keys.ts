/** The keys with which the control plane signs what it wants done here. All of them come from the machine's secret. */
import { createHash, randomBytes } from "node:crypto";
import { DESKTOP_STREAM_KEY_LABEL, LINK_KEY_LABEL, STREAM_KEY_LABEL } from "@sallyport/protocol";
import { deriveChannelKey } from "@sallyport/secure-terminal";

/** What the control plane keeps in place of the secret; the root of every key. */
export const machineKeyOf = (machineSecret: string): string => createHash("sha256").update(machineSecret).digest("hex");

/** Fresh for every connection, so that what was captured on one verifies on no other. */
export const freshChallenge = (): string => randomBytes(32).toString("hex");

/** Signs the commands of one connection of the link. */
export const linkKey = (machineKey: string, challenge: string): string =>
  deriveChannelKey(machineKey, LINK_KEY_LABEL, challenge);

/** Signs what one viewer attachment types and resizes. */
export const streamKey = (
  machineKey: string,
  { sessionId, epoch, challenge }: { sessionId: string; epoch: number; challenge: string },
): string => deriveChannelKey(machineKey, STREAM_KEY_LABEL, sessionId, String(epoch), challenge);

/** Signs what a desktop's viewer does on one stream. */
export const desktopStreamKey = (
  machineKey: string,
  { sessionId, epoch, challenge }: { sessionId: string; epoch: number; challenge: string },
): string => deriveChannelKey(machineKey, DESKTOP_STREAM_KEY_LABEL, sessionId, String(epoch), challenge);

import { randomUUID } from "node:crypto";

/** Two version-4 UUIDs joined by a hyphen (RS-024): 244 random bits. */
export const newShellToken = (): string => `${randomUUID()}-${randomUUID()}`;

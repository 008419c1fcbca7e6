const SHOWN_CHARS = 11;

/** Enough of a key to know it again, and far from enough to use it. */
export const maskKey = (key: string): string => `${key.length > 2 * SHOWN_CHARS ? key.slice(0, SHOWN_CHARS) : ""}…`;

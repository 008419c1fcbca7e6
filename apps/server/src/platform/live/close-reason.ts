/** RFC 6455 gives a close frame 125 bytes, two of them for the code; ws throws beyond. */
const MAX_BYTES = 120;

/** A reason that fits a close frame, cut between characters. It may come from a stranger in any script. */
export const closeReason = (text: string): string =>
  new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, MAX_BYTES), { stream: true });

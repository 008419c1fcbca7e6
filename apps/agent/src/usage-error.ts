/** Wrong usage: the message tells what to write instead, and the exit status is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

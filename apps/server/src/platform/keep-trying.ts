const RETRY_MS = 1_000;
const SLOWEST_RETRY_MS = 30_000;

/**
 * Does it again, later each time, until it is done or nobody wants it any more.
 *
 * @param work must bear being done twice
 */
export async function keepTrying(
  work: () => Promise<unknown>,
  { failed, isWanted }: { failed(error: unknown): void; isWanted(): boolean },
): Promise<void> {
  for (let waitMs = RETRY_MS; ; waitMs = Math.min(waitMs * 2, SLOWEST_RETRY_MS)) {
    try {
      await work();
      return;
    } catch (error) {
      failed(error);
      if (!isWanted()) return;
      await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
    }
  }
}

import { setTimeout } from "node:timers/promises";

/** What it returns once it throws no more. Vitest's own gives up after a second, which a busy machine may take for anything. */
export async function waitFor<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  const deadline = performance.now() + 50_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await setTimeout(20);
  }
}

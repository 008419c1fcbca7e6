/**
 * Calls back once this much time has passed in which the process ran. Time in which it stood still (a stopped process,
 * a suspended machine) does not count: whoever is waited for could not reach us either.
 */

const STEP_MS = 5_000;
/** A step that is late by more than this was not merely busy. */
const STALL_MS = 1_000;

/** Returns how to call it off. */
export function startRunningTimer(ms: number, fire: () => void): () => void {
  let leftMs = ms;
  let startedAt = performance.now();
  let timer = setTimeout(step, stepMs());

  function stepMs(): number {
    return Math.min(leftMs, STEP_MS);
  }
  function step(): void {
    const now = performance.now();
    leftMs -= Math.min(now - startedAt, stepMs() + STALL_MS);
    startedAt = now;
    // A timer may be a fraction of a millisecond early.
    if (leftMs < 1) fire();
    else timer = setTimeout(step, stepMs());
  }
  return () => clearTimeout(timer);
}

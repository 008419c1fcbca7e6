/**
 * Milliseconds since the epoch, from a clock that is only ever set at the start. What is signed and what expires goes by
 * it, so that setting the wall clock while we run neither ends sessions nor stamps their messages wrong (F-10).
 */
export const steadyNow = (): number => performance.timeOrigin + performance.now();

import { useSyncExternalStore } from "react";

const EVERY_MS = 15_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, EVERY_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function current(): number {
  // Nobody was listening, so nobody moved the clock; and a snapshot may not change at every look.
  if (!timer && Date.now() - now > EVERY_MS) now = Date.now();
  return now;
}

/** The time in milliseconds, moving every 15 s: enough for "3 min ago", and one timer for the whole page. */
export const useNow = (): number => useSyncExternalStore(subscribe, current);

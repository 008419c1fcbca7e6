import { useSyncExternalStore } from "react";
import type { LiveStatus } from "./live-socket.ts";

const listeners = new Set<() => void>();
let status: LiveStatus = "down";

export function setLiveStatus(next: LiveStatus): void {
  if (next === status) return;
  status = next;
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Whether changes arrive by themselves now; while they do not, pages ask for them. */
export const useLiveStatus = (): LiveStatus => useSyncExternalStore(subscribe, () => status);

import { useSyncExternalStore } from "react";
import type { LiveStatus } from "./live-socket.ts";

const listeners = new Set<() => void>();
let status: LiveStatus = "down";

export function setLiveStatus(next: LiveStatus): void {
  if (next === status) return;
  status = next;
  for (const tell of listeners) tell();
}

/** Hears of every change; `liveStatus` says what it is now. */
export function subscribeLiveStatus(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export const liveStatus = (): LiveStatus => status;

/** Whether changes arrive by themselves now; while they do not, pages ask for them. */
export const useLiveStatus = (): LiveStatus => useSyncExternalStore(subscribeLiveStatus, liveStatus);

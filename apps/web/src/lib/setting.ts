import { useSyncExternalStore } from "react";
import type { z } from "zod";

/** A preference of this browser, kept in Local Storage and followed across tabs. */
export interface Setting<Value> {
  get(): Value;
  set(value: Value): void;
  subscribe(listener: () => void): () => void;
}

/** A setting under `key`. What is stored and does not fit the type any more counts as the default. */
export function setting<Value>(key: string, type: z.ZodType<Value>, otherwise: Value): Setting<Value> {
  const listeners = new Set<() => void>();
  let raw: string | null | undefined;
  let value = otherwise;

  const get = (): Value => {
    const now = localStorage.getItem(key);
    // The same text gives the same object, as React's external stores require.
    if (now !== raw) {
      raw = now;
      value = read(now);
    }
    return value;
  };
  const read = (text: string | null): Value => {
    if (text === null) return otherwise;
    try {
      return type.safeParse(JSON.parse(text)).data ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const onStorage = (event: StorageEvent) => {
    if (event.key === key || event.key === null) tell();
  };

  return {
    get,
    set(next) {
      localStorage.setItem(key, JSON.stringify(next));
      tell();
    },
    subscribe(listener) {
      if (listeners.size === 0) window.addEventListener("storage", onStorage);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) window.removeEventListener("storage", onStorage);
      };
    },
  };
}

export function useSetting<Value>(of: Setting<Value>): [Value, (value: Value) => void] {
  return [useSyncExternalStore(of.subscribe, of.get), of.set];
}

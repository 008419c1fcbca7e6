import { useEffect } from "react";
import { useLatest } from "../../lib/use-latest.ts";
import { type PageKey, pageKey } from "./terminal-keys.ts";

/** Pasting has no entry: the browser does it by itself, without asking for the permission to read the clipboard. */
type Acts = Partial<Record<Exclude<PageKey, "paste">, () => void>>;

/**
 * The page's keys, wherever the focus is: xterm.js leaves them alone and lets them rise to the document. Several may listen,
 * each for its own.
 */
export function usePageKeys(acts: Acts): void {
  const latest = useLatest(acts);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const key = pageKey(event);
      if (key === undefined || key === "paste") return;
      event.preventDefault();
      latest.current[key]?.();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

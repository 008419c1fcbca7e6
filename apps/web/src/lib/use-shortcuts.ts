import { useEffect } from "react";
import { useLatest } from "./use-latest.ts";

/** Keys by what `KeyboardEvent.key` calls them. Return `false` to leave the key to the page. */
export type Shortcuts = Record<string, (event: KeyboardEvent) => unknown>;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));

/** Page-wide single keys, silent while somebody types, holds a modifier, or has a dialog open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useLatest(shortcuts);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      const act = latest.current[event.key];
      if (act && act(event) !== false) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

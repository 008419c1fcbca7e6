import { useSyncExternalStore } from "react";

/** Less than a row: whoever has scrolled this far looks at the beginning still. */
const TOP_PX = 40;

function subscribe(listener: () => void): () => void {
  window.addEventListener("scroll", listener, { passive: true });
  return () => window.removeEventListener("scroll", listener);
}

/** Whether the page is scrolled to its beginning. */
export const useAtTop = (): boolean => useSyncExternalStore(subscribe, () => window.scrollY < TOP_PX);

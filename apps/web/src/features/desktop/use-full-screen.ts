import { type RefObject, useEffect, useState } from "react";

interface KeyboardLock {
  lock?(): Promise<void>;
  unlock?(): void;
}

/** Keys that browsers keep for themselves come to a page that fills the screen, where the browser allows it. */
const keyboardLock = (): KeyboardLock => (navigator as Navigator & { keyboard?: KeyboardLock }).keyboard ?? {};

/** Whether this element fills the screen, and how to change that. All keys are its own then. */
export function useFullScreen(element: RefObject<HTMLElement | null>): { isFull: boolean; toggle: () => void } {
  const [isFull, setIsFull] = useState(false);

  useEffect(() => {
    const onChange = () => {
      const now = document.fullscreenElement !== null && document.fullscreenElement === element.current;
      setIsFull(now);
      if (now)
        keyboardLock()
          .lock?.()
          .catch(() => {});
      else keyboardLock().unlock?.();
    };
    document.addEventListener("fullscreenchange", onChange);
    return () => {
      document.removeEventListener("fullscreenchange", onChange);
      keyboardLock().unlock?.();
    };
  }, [element]);

  const toggle = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else element.current?.requestFullscreen({ navigationUI: "hide" }).catch(() => {});
  };
  return { isFull, toggle };
}

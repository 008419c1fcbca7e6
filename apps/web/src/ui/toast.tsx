import { createContext, type ReactNode, use, useCallback, useEffect, useRef, useState } from "react";

type ShowToast = (text: string) => void;

const ToastContext = createContext<ShowToast>(() => {});

/** Shows one short sentence for a few seconds; a newer one replaces it. */
export const useToast = (): ShowToast => use(ToastContext);

const SHOWN_MS = 4_000;

export function ToastRegion({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const show = useCallback((next: string) => {
    clearTimeout(timer.current);
    setText(next);
    timer.current = setTimeout(() => setText(""), SHOWN_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <ToastContext value={show}>
      {children}
      <output
        aria-live="polite"
        className="pointer-events-none fixed inset-x-0 bottom-5 z-50 flex justify-center px-4 empty:hidden"
      >
        {text && (
          <span className="animate-rise rounded-md bg-primary px-3.5 py-2 text-center text-on-primary text-sm shadow-float">
            {text}
          </span>
        )}
      </output>
    </ToastContext>
  );
}

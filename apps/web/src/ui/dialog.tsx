import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { t } from "../lib/texts.ts";
import { IconButton } from "./button.tsx";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** The row of buttons at the end. */
  footer?: ReactNode;
  size?: "normal" | "wide";
}

/** A modal dialog, open while it is rendered. The browser traps focus, closes on Escape and gives focus back. */
export function Dialog({ title, onClose, children, footer, size = "normal" }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // Before the element leaves the page, so that closing gives the focus back to where it was.
  useLayoutEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    dialog.showModal();
    return () => dialog.close();
  }, []);

  return (
    <dialog
      ref={element}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // A press outside of the box lands on the dialog element itself, whose padding is none.
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className={`m-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] overflow-visible rounded-xl bg-raised p-0 text-ink shadow-float backdrop:bg-(--scrim) open:animate-rise max-sm:mb-4 ${size === "wide" ? "max-w-2xl" : "max-w-md"}`}
    >
      <div className="flex max-h-[calc(100dvh-2rem)] flex-col">
        <header className="flex items-center justify-between gap-4 px-5 pt-4 pb-2">
          <h2 id={titleId} className="font-semibold text-lg">
            {title}
          </h2>
          <IconButton label={t("Close dialog")} onClick={onClose} className="-mr-2">
            <X className="size-4" aria-hidden="true" />
          </IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">{children}</div>
        {footer && (
          <footer className="flex flex-wrap justify-end gap-2 border-line border-t px-5 py-3">{footer}</footer>
        )}
      </div>
    </dialog>
  );
}

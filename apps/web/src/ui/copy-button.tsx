import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { copyText } from "../lib/clipboard.ts";
import { t } from "../lib/texts.ts";
import { buttonClass } from "./button.tsx";

const SHOWN_MS = 1_600;

/** Copies, and says for a moment whether it worked. */
function useCopy(onCopied?: () => void): { state: "idle" | "copied" | "refused"; copy: (text: string) => void } {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");

  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = (text: string) =>
    void copyText(text).then((done) => {
      setState(done ? "copied" : "refused");
      if (done) onCopied?.();
    });
  return { state, copy };
}

interface CopyButtonProps {
  text: string;
  children: ReactNode;
  look?: "primary" | "plain";
  onCopied?: () => void;
}

export function CopyButton({ text, children, look = "plain", onCopied }: CopyButtonProps) {
  const { state, copy } = useCopy(onCopied);
  return (
    <button type="button" onClick={() => copy(text)} className={buttonClass(look)}>
      {state === "copied" ? (
        <Check className="size-4" aria-hidden="true" />
      ) : (
        <Copy className="size-4" aria-hidden="true" />
      )}
      <span aria-live="polite">
        {state === "copied" ? t("Copied") : state === "refused" ? t("Select it and press Ctrl+C") : children}
      </span>
    </button>
  );
}

/** A value that is its own copy button: an address in a row. `what` completes "Copy …". */
export function CopyValue({ text, what }: { text: string; what: string }) {
  const { state, copy } = useCopy();
  return (
    <button
      type="button"
      title={t("Copy")}
      aria-label={t("Copy {{what}} {{text}}", { what, text })}
      onClick={() => copy(text)}
      className="group/copy -mx-1.5 inline-flex max-w-[calc(100%+0.75rem)] items-center gap-1.5 rounded-sm px-1.5 py-0.5 font-mono text-ink-2 text-sm hover:bg-sunken hover:text-ink"
    >
      <span className="truncate">{text}</span>
      {state === "copied" ? (
        <Check className="size-3.5 shrink-0 text-ok" aria-hidden="true" />
      ) : (
        <Copy
          className="size-3.5 shrink-0 opacity-0 group-hover/copy:opacity-70 group-focus-visible/copy:opacity-70"
          aria-hidden="true"
        />
      )}
      <span className="sr-only" aria-live="polite">
        {state === "copied" ? t("Copied") : state === "refused" ? t("Copying was refused") : ""}
      </span>
    </button>
  );
}

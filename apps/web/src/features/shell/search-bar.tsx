import { ArrowDown, ArrowUp, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { t } from "../../lib/texts.ts";
import { IconButton } from "../../ui/index.tsx";
import type { ShellTerminal } from "./shell-terminal.ts";

interface SearchBarProps {
  terminal: ShellTerminal;
  found: { at: number; of: number };
  onClose: () => void;
}

/** Finds text in what the terminal has shown, from the newest line upwards. */
export function SearchBar({ terminal, found, onClose }: SearchBarProps) {
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter") terminal.find(text, event.shiftKey ? "next" : "previous");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <search className="absolute top-2 right-4 left-4 z-10 ml-auto flex max-w-88 animate-rise items-center gap-0.5 rounded-lg bg-raised p-1 shadow-float">
      <input
        ref={input}
        type="search"
        aria-label={t("Search the output")}
        placeholder={t("Search the output")}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          terminal.find(event.target.value, "previous", true);
        }}
        onKeyDown={onKeyDown}
        className="h-8 min-w-0 flex-1 rounded-md bg-transparent px-2 text-sm outline-0 placeholder:text-ink-3 pointer-coarse:text-lg"
      />
      <span role="status" className="shrink-0 px-1 text-ink-3 text-xs tabular-nums">
        {text &&
          (found.of === 0
            ? t("Nothing found")
            : found.at > 0
              ? t("{{at}} of {{of}}", { at: found.at, of: found.of })
              : `${found.of}`)}
      </span>
      <IconButton label={t("Previous match")} onClick={() => terminal.find(text, "previous")}>
        <ArrowUp className="size-4" aria-hidden="true" />
      </IconButton>
      <IconButton label={t("Next match")} onClick={() => terminal.find(text, "next")}>
        <ArrowDown className="size-4" aria-hidden="true" />
      </IconButton>
      <IconButton label={t("Close search")} onClick={onClose}>
        <X className="size-4" aria-hidden="true" />
      </IconButton>
    </search>
  );
}

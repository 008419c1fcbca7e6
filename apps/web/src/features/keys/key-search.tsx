import { Search, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useState } from "react";
import { t } from "../../lib/texts.ts";
import { inputClass, Kbd } from "../../ui/index.tsx";

interface KeySearchProps {
  label: string;
  placeholder: string;
  /** As the address has it. */
  value: string;
  onChange: (value: string) => void;
  /** Down, or Enter: on to the list. */
  onLeave: () => void;
  input: RefObject<HTMLInputElement | null>;
}

/** What a list of keys is searched with. */
export function KeySearch({ label, placeholder, value, onChange, onLeave, input }: KeySearchProps) {
  const [text, setText] = useState(value);
  // The address is a moment behind somebody who types, and must not take letters back.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value);
  }, [value, input]);

  const change = (to: string) => {
    setText(to);
    onChange(to);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "Enter") onLeave();
    else if (event.key === "Escape" && text) change("");
    else if (event.key === "Escape") event.currentTarget.blur();
    else return;
    event.preventDefault();
  };

  return (
    <search className="relative w-64 max-sm:order-last max-sm:w-full">
      <Search
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-3"
        aria-hidden="true"
      />
      <input
        ref={input}
        type="search"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
        className={`${inputClass} pr-9! pl-8.5!`}
      />
      <span className="absolute top-1/2 right-2 flex -translate-y-1/2">
        {text ? (
          <button
            type="button"
            aria-label={t("Clear search")}
            onClick={() => change("")}
            className="rounded-sm p-1 text-ink-3 hover:text-ink"
          >
            <X className="size-3.5" aria-hidden="true" />
          </button>
        ) : (
          <span className="pointer-coarse:hidden" aria-hidden="true">
            <Kbd>/</Kbd>
          </span>
        )}
      </span>
    </search>
  );
}

import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { t } from "../../lib/texts.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { inputClass, Kbd } from "../../ui/index.tsx";

interface SearchBoxProps {
  /** Its name, such as `Search members`. */
  label: string;
  placeholder: string;
  /** As the address has it. */
  value: string;
  onChange: (value: string) => void;
  /** Down: on to the list. */
  onLeave: () => void;
  /** Enter; as Down, unless there is something better to do. */
  onEnter?: () => void;
}

/** What narrows a page's list; `/` goes there, Escape empties it and then leaves it. */
export function SearchBox({ label, placeholder, value, onChange, onLeave, onEnter = onLeave }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({ "/": () => input.current?.focus() });
  const [text, setText] = useState(value);
  // The address is a moment behind somebody who types, and must not take letters back.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value);
  }, [value]);

  const change = (to: string) => {
    setText(to);
    onChange(to);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") onLeave();
    else if (event.key === "Enter") onEnter();
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

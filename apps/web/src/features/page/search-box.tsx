import { Search, X } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { t } from "../../lib/texts.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { inputClass, Kbd } from "../../ui/index.tsx";

interface SearchBoxProps {
  /** Its name, such as `Search members`. */
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  /** Down or Enter: on to the list. */
  onLeave: () => void;
}

/** What narrows a page's list; `/` goes there, Escape empties it and then leaves it. */
export function SearchBox({ label, placeholder, value, onChange, onLeave }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({ "/": () => input.current?.focus() });

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "Enter") onLeave();
    else if (event.key === "Escape" && value) onChange("");
    else if (event.key === "Escape") event.currentTarget.blur();
    else return;
    event.preventDefault();
  };

  return (
    <search className="relative w-64 max-sm:w-full">
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
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className={`${inputClass} pr-9! pl-8.5!`}
      />
      <span className="absolute top-1/2 right-2 flex -translate-y-1/2">
        {value ? (
          <button
            type="button"
            aria-label={t("Clear search")}
            onClick={() => onChange("")}
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

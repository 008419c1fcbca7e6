import { Search, X } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";
import { t } from "../../lib/texts.ts";
import { inputClass, Kbd } from "../../ui/index.tsx";

interface MachineSearchProps {
  value: string;
  onChange: (value: string) => void;
  /** Down: on to the list. */
  onLeave: () => void;
  /** Enter. */
  onOpen: () => void;
  ref: Ref<HTMLInputElement>;
}

export function MachineSearch({ value, onChange, onLeave, onOpen, ref }: MachineSearchProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") onLeave();
    else if (event.key === "Enter") onOpen();
    else if (event.key === "Escape" && value) onChange("");
    else if (event.key === "Escape") event.currentTarget.blur();
    else return;
    event.preventDefault();
  };

  return (
    <search className="relative w-72 max-sm:order-last max-sm:w-full">
      <Search
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-3"
        aria-hidden="true"
      />
      <input
        ref={ref}
        type="search"
        aria-label={t("Search machines")}
        aria-keyshortcuts="/"
        placeholder={t("Name, address or system")}
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

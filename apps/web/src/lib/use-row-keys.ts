import { type KeyboardEvent, type RefObject, useMemo, useRef } from "react";

export interface RowKeys {
  /** For the element around the rows; rows are its descendants with `data-row`. */
  list: RefObject<HTMLTableSectionElement | null>;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  /** Moves the focus to the first row; false when there is none. */
  focusFirst: () => boolean;
}

/** Up and down, J and K, Home and End among focusable rows; Enter presses the row's `data-open` element. */
export function useRowKeys(): RowKeys {
  const list = useRef<HTMLTableSectionElement>(null);

  return useMemo(() => {
    const rows = () => [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const focus = (row: HTMLElement | undefined): boolean => {
      row?.focus();
      row?.scrollIntoView({ block: "nearest" });
      return row !== undefined;
    };
    const open = (row: HTMLElement | undefined) => row?.querySelector<HTMLElement>("[data-open]")?.click();

    return {
      list,
      focusFirst: () => focus(rows()[0]),
      onKeyDown: (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
        const all = rows();
        const at = all.findIndex((row) => row.contains(event.target as Node));
        if (at < 0) return;
        if (event.key === "Enter") {
          // Enter on a button or link inside of the row is that button's own.
          if (event.target !== all[at]) return;
          open(all[at]);
        } else {
          const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: all.length - 1 }[
            event.key
          ];
          if (to === undefined) return;
          focus(all[Math.min(all.length - 1, Math.max(0, to))]);
        }
        event.preventDefault();
      },
    };
  }, []);
}

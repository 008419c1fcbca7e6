import { type KeyboardEvent, type RefObject, useMemo, useRef } from "react";

export interface RowKeys {
  /** For the element around the rows; rows are its descendants with `data-row`. */
  list: RefObject<HTMLTableSectionElement | null>;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  /** Moves the focus to the first row; false when there is none. */
  focusFirst: () => boolean;
}

/** A far row is drawn some frames after its place is scrolled to. */
const FRAMES_TO_DRAW = 20;

/** Whether the row is the first or last of all; a long table, which draws only what is seen, numbers its rows. */
function isAtEdge(row: HTMLElement, edge: "first" | "last"): boolean {
  const index = Number(row.ariaRowIndex ?? Number.NaN);
  const count = Number(row.closest("table")?.ariaRowCount ?? Number.NaN);
  if (Number.isNaN(index) || Number.isNaN(count)) return true;
  // The head is row 1.
  return index === (edge === "first" ? 2 : count);
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
    const focusEdge = (edge: "first" | "last", frames = FRAMES_TO_DRAW): boolean => {
      const row = edge === "first" ? rows()[0] : rows().at(-1);
      if (!row || frames === 0 || isAtEdge(row, edge)) return focus(row);
      list.current?.scrollIntoView({ block: edge === "first" ? "start" : "end" });
      requestAnimationFrame(() => focusEdge(edge, frames - 1));
      return true;
    };
    const open = (row: HTMLElement | undefined) => row?.querySelector<HTMLElement>("[data-open]")?.click();

    return {
      list,
      focusFirst: () => focusEdge("first"),
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
          const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1 }[event.key];
          if (event.key === "Home") focusEdge("first");
          else if (event.key === "End") focusEdge("last");
          else if (to === undefined) return;
          else focus(all[Math.min(all.length - 1, Math.max(0, to))]);
        }
        event.preventDefault();
      },
    };
  }, []);
}

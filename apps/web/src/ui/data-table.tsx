import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { t } from "../lib/texts.ts";
import { Skeleton } from "./skeleton.tsx";

/** Rows beyond the window's edges that are drawn all the same, so that a fast scroll meets no gap. */
const OVERSCAN = 12;
/** Shorter lists are drawn whole: the browser's own search then finds every row. */
const DRAWN_WHOLE = 100;

interface DataTableProps<Row> {
  label: string;
  /** The tracks that head and rows share, as a class: `md:grid-cols-[…]`, and fewer on a phone. */
  grid: string;
  /** Heads of the columns; an empty one is for actions. */
  columns: readonly string[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** The row's `<th>` and `<td>` elements. */
  children: (row: Row) => ReactNode;
  /** About; each is measured when it is drawn. In pixels. */
  rowHeight?: number;
  /** Of `useRowKeys`. */
  keys?: { list: RefObject<HTMLTableSectionElement | null>; onKeyDown: (event: KeyboardEvent<HTMLElement>) => void };
  /** What is shown when the last row is near, as more rows are fetched. */
  onEnd?: () => void;
}

/** A list of things in columns. Long ones draw only what is seen; `aria-rowcount` tells how long they are. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, grid, columns, rows, children, rowKey, keys, rowHeight = 56, onEnd } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  const isVirtual = rows.length > DRAWN_WHOLE;

  useLayoutEffect(() => {
    const element = body.current;
    if (element) setTop(element.getBoundingClientRect().top + window.scrollY);
  }, []);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollMargin: top,
    enabled: isVirtual,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  const items = virtualizer.getVirtualItems();
  const lastDrawn = isVirtual ? (items.at(-1)?.index ?? 0) : rows.length - 1;
  const isNearEnd = lastDrawn >= rows.length - OVERSCAN;
  useLayoutEffect(() => {
    if (isNearEnd) onEnd?.();
  }, [isNearEnd, onEnd]);

  const drawn = isVirtual
    ? items.map(({ index, start, key }) => ({ index, key: String(key), offset: start - top }))
    : rows.map((row, index) => ({ index, key: rowKey(row), offset: undefined }));

  return (
    <table
      className="block overflow-clip rounded-lg border border-line bg-surface shadow-card"
      aria-label={label}
      aria-rowcount={rows.length + 1}
    >
      <thead className="block max-md:sr-only">
        <tr
          aria-rowindex={1}
          className={`grid items-center gap-x-4 px-4 ${grid} h-9 border-line border-b text-left text-ink-3 text-xs *:font-normal`}
        >
          {columns.map((column, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name, and keep their places.
            <th key={index} scope="col">
              {column || <span className="sr-only">{t("Actions")}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody
        ref={(element) => {
          body.current = element;
          if (keys) keys.list.current = element;
        }}
        className="relative block"
        style={isVirtual ? { height: virtualizer.getTotalSize() } : undefined}
        onKeyDown={keys?.onKeyDown}
      >
        {drawn.map(({ index, key, offset }) => {
          const row = rows[index];
          return (
            row !== undefined && (
              <tr
                key={key}
                ref={offset === undefined ? undefined : virtualizer.measureElement}
                data-index={index}
                data-row
                aria-rowindex={index + 2}
                tabIndex={0}
                style={offset === undefined ? undefined : { transform: `translateY(${offset}px)` }}
                className={`grid items-center gap-x-4 px-4 ${grid} min-h-14 gap-y-0.5 border-line py-2 not-last:border-b hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2 ${offset === undefined ? "" : "absolute inset-x-0 top-0"}`}
              >
                {children(row)}
              </tr>
            )
          );
        })}
      </tbody>
    </table>
  );
}

const WIDTHS = ["w-28", "w-40", "w-24", "w-32"];

/** What a table looks like before its rows are there. */
export const TableSkeleton = ({ what, rows = 4 }: { what: string; rows?: number }) => (
  <div role="status" className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
    <span className="sr-only">{t("Loading {{what}}…", { what })}</span>
    {Array.from({ length: rows }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike.
      <div key={row} className="flex h-14 items-center gap-8 border-line px-4 not-last:border-b">
        <Skeleton className={`h-3.5 ${WIDTHS[row % WIDTHS.length]}`} />
        <Skeleton className="h-3.5 w-32 max-md:hidden" />
        <Skeleton className="ml-auto h-3.5 w-20" />
      </div>
    ))}
  </div>
);

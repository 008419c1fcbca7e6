import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from "react";

const ROW_PX = 36;
const TOUCH_ROW_PX = 44;

interface CheckItem {
  id: string;
  words: string;
  /** Beside it. */
  detail?: ReactNode;
  /** Why it cannot be chosen. */
  problem?: string | undefined;
}

interface CheckListProps {
  label: string;
  items: readonly CheckItem[];
  chosen: ReadonlySet<string>;
  onToggle: (id: string) => void;
}

/** Any number of things, of which some are chosen, in a box that scrolls. One stop for Tab: arrow keys move inside. */
export function CheckList({ label, items, chosen, onToggle }: CheckListProps) {
  const box = useRef<HTMLFieldSetElement>(null);
  const [current, setCurrent] = useState(0);
  const [wantsFocus, setWantsFocus] = useState<number>();
  const isTouch = window.matchMedia("(pointer: coarse)").matches;
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => (isTouch ? TOUCH_ROW_PX : ROW_PX),
    overscan: 8,
    getItemKey: (index) => items[index]?.id ?? index,
  });
  const drawn = virtualizer.getVirtualItems();
  // The stop for Tab is one that is drawn.
  const isDrawn = drawn.some(({ index }) => index === current);
  const stop = isDrawn ? current : drawn[0]?.index;

  useLayoutEffect(() => {
    if (wantsFocus === undefined) return;
    const input = box.current?.querySelector<HTMLInputElement>(`[data-index="${wantsFocus}"] input`);
    // Not drawn yet: the next drawing has it.
    if (!input) return;
    input.focus();
    setWantsFocus(undefined);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const at = stop ?? 0;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined || to < 0 || to >= items.length) return;
    event.preventDefault();
    virtualizer.scrollToIndex(to);
    setCurrent(to);
    setWantsFocus(to);
  };

  return (
    <fieldset
      ref={box}
      aria-label={label}
      onKeyDown={onKeyDown}
      className="h-64 min-w-0 overflow-y-auto rounded-md border border-line-strong bg-surface"
    >
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {drawn.map(({ index, start, size }) => {
          const item = items[index];
          if (!item) return null;
          const { id, words, detail, problem } = item;
          const isChosen = chosen.has(id);
          return (
            <label
              key={id}
              data-index={index}
              style={{ transform: `translateY(${start}px)`, height: size }}
              className={`absolute inset-x-0 top-0 flex items-center gap-2.5 px-3 text-sm ${problem && !isChosen ? "text-ink-3" : "hover:bg-hover"}`}
            >
              <input
                type="checkbox"
                checked={isChosen}
                // What was chosen before it became impossible can be left out again.
                disabled={problem !== undefined && !isChosen}
                tabIndex={index === stop ? 0 : -1}
                onFocus={() => setCurrent(index)}
                onChange={() => onToggle(id)}
                className="size-4 shrink-0 accent-accent"
              />
              <bdi className="min-w-0 truncate" title={words}>
                {words}
              </bdi>
              <span className="ml-auto min-w-0 shrink-0 truncate text-ink-3 text-xs max-sm:max-w-1/2">
                {problem ?? detail}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

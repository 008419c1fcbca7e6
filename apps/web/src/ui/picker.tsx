import { type LucideIcon, Search } from "lucide-react";
import {
  type KeyboardEvent,
  useDeferredValue,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type Command, rankCommands } from "../lib/rank-commands.ts";
import { t } from "../lib/texts.ts";
import { Kbd } from "./kbd.tsx";

/** More are found by typing on. */
const SHOWN = 50;

/** One of what is offered, with how it is drawn. */
export interface Pickable extends Command {
  /** What kind of thing it is, beside its name. */
  kind: string;
  Icon: LucideIcon;
}

interface PickerProps<Item extends Pickable> {
  /** Name of the dialog. */
  label: string;
  /** What may be typed. */
  placeholder: string;
  items: readonly Item[];
  onPick: (item: Item) => void;
  onClose: () => void;
}

/** One of very many by its name: a field, and the list of what it may mean. */
export function Picker<Item extends Pickable>({ label, placeholder, items, onPick, onClose }: PickerProps<Item>) {
  const element = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const wanted = useDeferredValue(query);
  const found = useMemo(() => rankCommands(items, wanted, SHOWN), [items, wanted]);

  // Before the element leaves the page, so that closing gives the focus back to where it was.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  const run = (index: number) => {
    // Not what is drawn, which may be a moment behind what is typed.
    const item = rankCommands(items, query, SHOWN)[index];
    if (!item) return;
    onClose();
    onPick(item);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: chosen + 8, PageUp: chosen - 8 }[event.key];
    if (to !== undefined) setChosen(Math.max(0, Math.min(found.length - 1, to)));
    else if (event.key === "Enter") run(chosen);
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={element}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="mx-auto mt-[12vh] max-h-[70dvh] w-[calc(100vw-2rem)] max-w-xl overflow-hidden rounded-xl bg-raised p-0 text-ink shadow-float backdrop:bg-(--scrim) max-sm:mt-4"
    >
      <div className="flex max-h-[70dvh] flex-col">
        <div className="flex items-center gap-2.5 border-line border-b px-4">
          <Search className="size-4 shrink-0 text-ink-3" aria-hidden="true" />
          <input
            role="combobox"
            aria-label={placeholder}
            aria-expanded="true"
            aria-controls={id}
            aria-activedescendant={found[chosen] ? `${id}-${chosen}` : undefined}
            aria-autocomplete="list"
            autoFocus
            autoComplete="off"
            spellCheck={false}
            placeholder={placeholder}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setChosen(0);
            }}
            onKeyDown={onKeyDown}
            className="h-12 w-full min-w-0 bg-transparent text-base text-ink outline-0 placeholder:text-ink-3 pointer-coarse:text-lg"
          />
          <Kbd>Esc</Kbd>
        </div>
        <div ref={list} id={id} role="listbox" aria-label={label} className="min-h-0 flex-1 overflow-y-auto p-1.5">
          {found.map(({ id: key, words, kind, Icon }, index) => (
            <div
              key={key}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              onPointerMove={() => setChosen(index)}
              onClick={() => run(index)}
              onKeyDown={onKeyDown}
              className="flex h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 text-sm aria-selected:bg-accent-soft pointer-coarse:h-11"
            >
              <Icon className="size-4 shrink-0 text-ink-3" strokeWidth={1.75} aria-hidden="true" />
              <bdi className="min-w-0 truncate">{words}</bdi>
              <span className="ml-auto shrink-0 text-ink-3 text-xs">{kind}</span>
            </div>
          ))}
        </div>
        <p role="status" className={found.length === 0 ? "px-4 pb-5 text-center text-ink-2 text-sm" : "sr-only"}>
          {found.length === 0 ? t("Nothing is called so") : t("{{number}} found", { number: found.length })}
        </p>
      </div>
    </dialog>
  );
}

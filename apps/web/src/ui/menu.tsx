import { Check } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

interface MenuProps {
  /** Accessible name of the button that opens it. */
  label: string;
  button: ReactNode;
  buttonClass: string;
  children: ReactNode;
  align?: "start" | "end";
}

/** A button and the list it opens: arrow keys move, Escape and a press elsewhere close, choosing closes. */
export function Menu({ label, button, buttonClass, children, align = "end" }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  const items = () => [...(root.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];

  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (!(event.target instanceof Node && root.current?.contains(event.target))) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    const all = items();
    const at = all.findIndex((item) => item.contains(document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") setOpen(false);
  };

  return (
    <div ref={root} className="relative">
      <button
        ref={opener}
        type="button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={onKeyDown}
        className={buttonClass}
      >
        {button}
      </button>
      {open && (
        <div
          id={id}
          role="menu"
          aria-label={label}
          tabIndex={-1}
          onClick={(event) => {
            // A tick is set and seen; a command is done and the list goes.
            if (event.target instanceof Element && event.target.closest('[role="menuitem"], [role="menuitemradio"]'))
              close();
          }}
          onKeyDown={onKeyDown}
          className={`absolute top-full z-40 mt-1.5 grid max-h-[70vh] min-w-52 max-w-[calc(100vw-2rem)] animate-rise overflow-y-auto rounded-lg bg-raised p-1 shadow-float ${align === "end" ? "right-0" : "left-0"}`}
        >
          {children}
        </div>
      )}
    </div>
  );
}

const ITEM =
  "flex min-h-8 w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left text-sm text-ink hover:bg-hover focus-visible:bg-hover focus-visible:outline-0 pointer-coarse:min-h-11";

interface MenuItemProps {
  children: ReactNode;
  icon?: ReactNode;
  onSelect: () => void;
}

export const MenuItem = ({ children, icon, onSelect }: MenuItemProps) => (
  <button type="button" role="menuitem" tabIndex={-1} onClick={onSelect} className={ITEM}>
    {icon && <span className="text-ink-3">{icon}</span>}
    {children}
  </button>
);

interface MenuChoiceProps extends MenuItemProps {
  checked: boolean;
  /** `one` of several, or a switch of its own. */
  kind: "one" | "switch";
}

export function MenuChoice({ checked, kind, children, icon, onSelect }: MenuChoiceProps) {
  const inside = (
    <>
      {icon && <span className="text-ink-3">{icon}</span>}
      <span className="min-w-0 flex-1">{children}</span>
      <Check className={`size-4 shrink-0 text-accent ${checked ? "" : "invisible"}`} aria-hidden="true" />
    </>
  );
  const common = { type: "button", tabIndex: -1, onClick: onSelect, className: ITEM } as const;
  return kind === "one" ? (
    <button {...common} role="menuitemradio" aria-checked={checked}>
      {inside}
    </button>
  ) : (
    <button {...common} role="menuitemcheckbox" aria-checked={checked}>
      {inside}
    </button>
  );
}

export const MenuHeading = ({ children }: { children: ReactNode }) => (
  <div className="px-2.5 pt-1.5 pb-1 text-ink-3 text-xs">{children}</div>
);

export const MenuLine = () => <hr className="mx-1 my-1 border-line" />;

import type { ReactNode } from "react";
import { t } from "../lib/texts.ts";

interface KeyRowProps<Held extends string, Key extends string> {
  /** Before the keys: what is done with the keyboard as a whole. */
  children?: ReactNode;
  /** Those that stay down for the next key, and which of them are. */
  heldKeys: readonly Held[];
  held: readonly Held[];
  onHeld: (held: Held[]) => void;
  keys: readonly Key[];
  onPress: (key: Key) => void;
}

const KEY =
  "inline-flex h-10 min-w-10 shrink-0 select-none items-center justify-center rounded-md border border-line-strong bg-surface px-2 text-ink-2 text-sm active:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent";

/** Of signs only: who speaks to a page says the word that he reads. */
const SPOKEN: Record<string, string> = { "←": t("Left"), "↑": t("Up"), "↓": t("Down"), "→": t("Right") };

/** Where there is no keyboard but a phone's: the keys that it lacks. Nothing where the pointer is no finger. */
export const KeyRow = <Held extends string, Key extends string>(props: KeyRowProps<Held, Key>) => {
  const { children, heldKeys, held, onHeld, keys, onPress } = props;
  return (
    <footer className="hidden shrink-0 pointer-coarse:block">
      <div
        role="toolbar"
        aria-label={t("Keys")}
        className="flex gap-1.5 overflow-x-auto border-line border-t bg-canvas px-2 py-1.5"
      >
        {children}
        {heldKeys.map((key) => (
          <RowKey
            key={key}
            isDown={held.includes(key)}
            onPress={() => onHeld(held.includes(key) ? held.filter((other) => other !== key) : [...held, key])}
          >
            {key}
          </RowKey>
        ))}
        {keys.map((key) => (
          <RowKey key={key} label={SPOKEN[key]} onPress={() => onPress(key)}>
            {key}
          </RowKey>
        ))}
      </div>
    </footer>
  );
};

interface RowKeyProps {
  children: ReactNode;
  label?: string | undefined;
  /** Of one that stays down. */
  isDown?: boolean;
  onPress: () => void;
}

export const RowKey = ({ children, label, isDown, onPress }: RowKeyProps) => (
  <button
    type="button"
    aria-label={label}
    aria-pressed={isDown}
    // Before the focus leaves the field that is typed into, which would close the phone's keyboard.
    onPointerDown={(event) => event.preventDefault()}
    onClick={onPress}
    className={KEY}
  >
    {children}
  </button>
);

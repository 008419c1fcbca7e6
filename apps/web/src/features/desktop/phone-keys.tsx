import { Keyboard } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { HELD_KEYS, PHONE_KEYS, spokenKey } from "./key-combinations.ts";

interface PhoneKeysProps {
  isOpen: boolean;
  /** Shows or hides the phone's own keyboard. */
  onKeyboard: () => void;
  held: readonly string[];
  onHold: (name: string) => void;
  onPress: (name: string) => void;
}

const KEY =
  "inline-flex h-10 min-w-10 shrink-0 select-none items-center justify-center rounded-md border border-line-strong bg-surface px-2 text-ink-2 text-sm active:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent";

/** Where there is no keyboard: the phone's own, and the keys that it lacks. */
export const PhoneKeys = ({ isOpen, onKeyboard, held, onHold, onPress }: PhoneKeysProps) => (
  <footer className="hidden shrink-0 pointer-coarse:block">
    <div
      role="toolbar"
      aria-label={t("Keys")}
      className="flex gap-1.5 overflow-x-auto border-line border-t bg-canvas px-2 py-1.5"
    >
      <button
        type="button"
        aria-label={t("Keyboard")}
        aria-pressed={isOpen}
        // Before the focus leaves the keyboard's field, which would close the keyboard.
        onPointerDown={(event) => event.preventDefault()}
        onClick={onKeyboard}
        className={KEY}
      >
        <Keyboard className="size-4.5" aria-hidden="true" />
      </button>
      {HELD_KEYS.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={held.includes(name)}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onHold(name)}
          className={KEY}
        >
          {name}
        </button>
      ))}
      {PHONE_KEYS.map((name) => (
        <button
          key={name}
          type="button"
          aria-label={spokenKey(name)}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPress(name)}
          className={KEY}
        >
          {name}
        </button>
      ))}
    </div>
  </footer>
);

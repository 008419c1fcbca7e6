import { Keyboard } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { KeyRow, RowKey } from "../../ui/index.tsx";
import { HELD_KEYS, PHONE_KEYS } from "./key-combinations.ts";

interface PhoneKeysProps {
  isOpen: boolean;
  /** Shows or hides the phone's own keyboard. */
  onKeyboard: () => void;
  held: readonly string[];
  onHeld: (held: string[]) => void;
  onPress: (name: string) => void;
}

/** Where there is no keyboard: the phone's own, and the keys that it lacks. */
export const PhoneKeys = ({ isOpen, onKeyboard, held, onHeld, onPress }: PhoneKeysProps) => (
  <KeyRow heldKeys={HELD_KEYS as readonly string[]} keys={PHONE_KEYS} {...{ held, onHeld, onPress }}>
    <RowKey label={t("Keyboard")} isDown={isOpen} onPress={onKeyboard}>
      <Keyboard className="size-4.5" aria-hidden="true" />
    </RowKey>
  </KeyRow>
);

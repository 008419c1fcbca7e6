import { ClipboardPaste } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { KeyRow, RowKey } from "../../ui/index.tsx";
import { HELD_KEYS, type HeldKey, PHONE_KEYS } from "./phone-keys.ts";
import type { ShellTerminal } from "./shell-terminal.ts";

interface PhoneKeyRowProps {
  terminal: ShellTerminal;
  held: readonly HeldKey[];
  onHeld: (held: HeldKey[]) => void;
  /** Undefined where a page may not read the clipboard. */
  onPaste: (() => void) | undefined;
}

/** Below a terminal on a phone. */
export const PhoneKeyRow = ({ terminal, held, onHeld, onPaste }: PhoneKeyRowProps) => (
  <KeyRow
    heldKeys={HELD_KEYS}
    held={held}
    onHeld={(keys) => {
      onHeld(keys);
      terminal.hold(keys);
    }}
    keys={PHONE_KEYS}
    onPress={(key) => terminal.press(key)}
  >
    {onPaste && (
      <RowKey label={t("Paste")} onPress={onPaste}>
        <ClipboardPaste className="size-4.5" aria-hidden="true" />
      </RowKey>
    )}
  </KeyRow>
);

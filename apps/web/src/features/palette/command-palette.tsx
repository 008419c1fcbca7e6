import { t } from "../../lib/texts.ts";
import { Picker } from "../../ui/index.tsx";
import { useCommands } from "./use-commands.tsx";

/** By which its dialog is known from others. */
export const PALETTE_LABEL = t("Command palette");

interface CommandPaletteProps {
  onClose: () => void;
  onShortcuts: () => void;
}

/** Go anywhere and do anything by its name. */
export const CommandPalette = ({ onClose, onShortcuts }: CommandPaletteProps) => (
  <Picker
    label={PALETTE_LABEL}
    placeholder={t("Page, machine or action")}
    items={useCommands({ onShortcuts })}
    onPick={({ run }) => void run()}
    onClose={onClose}
  />
);

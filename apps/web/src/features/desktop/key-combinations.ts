import { t } from "../../lib/texts.ts";

/** What browsers and systems keep for themselves, to be sent by hand. */
export interface Combination {
  keys: readonly string[];
  does: string;
}

export const COMBINATIONS: readonly (readonly Combination[])[] = [
  [
    { keys: ["Ctrl", "Alt", "Del"], does: t("Lock or sign in") },
    { keys: ["Super"], does: t("Start menu") },
    { keys: ["PrintScreen"], does: t("Picture of the screen") },
  ],
  [
    { keys: ["Alt", "Tab"], does: t("Next window") },
    { keys: ["Alt", "F4"], does: t("Close the window") },
    { keys: ["Ctrl", "Shift", "Esc"], does: t("Tasks") },
  ],
  [
    { keys: ["Ctrl", "W"], does: t("Close the tab") },
    { keys: ["Ctrl", "T"], does: t("New tab") },
    { keys: ["Ctrl", "N"], does: t("New window") },
    { keys: ["F11"], does: t("Full screen") },
    { keys: ["Esc"], does: t("Escape") },
  ],
];

/** The row of a phone: keys that its keyboard lacks. */
export const PHONE_KEYS = ["Esc", "Tab", "←", "↑", "↓", "→", "Del", "Home", "End", "PgUp", "PgDn"] as const;
/** These stay down for the next key. */
export const HELD_KEYS = ["Ctrl", "Alt", "Shift", "Super"] as const;

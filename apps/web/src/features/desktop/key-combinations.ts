/** What browsers and systems keep for themselves, to be sent by hand. */
export interface Combination {
  keys: readonly string[];
  does: string;
}

export const COMBINATIONS: readonly (readonly Combination[])[] = [
  [
    { keys: ["Ctrl", "Alt", "Del"], does: "Lock or sign in" },
    { keys: ["Super"], does: "Start menu" },
    { keys: ["PrintScreen"], does: "Picture of the screen" },
  ],
  [
    { keys: ["Alt", "Tab"], does: "Next window" },
    { keys: ["Alt", "F4"], does: "Close the window" },
    { keys: ["Ctrl", "Shift", "Esc"], does: "Tasks" },
  ],
  [
    { keys: ["Ctrl", "W"], does: "Close the tab" },
    { keys: ["Ctrl", "T"], does: "New tab" },
    { keys: ["Ctrl", "N"], does: "New window" },
    { keys: ["F11"], does: "Full screen" },
    { keys: ["Esc"], does: "Escape" },
  ],
];

/** The row of a phone: keys that its keyboard lacks. */
export const PHONE_KEYS = ["Esc", "Tab", "←", "↑", "↓", "→", "Del", "Home", "End", "PgUp", "PgDn"] as const;
/** These stay down for the next key. */
export const HELD_KEYS = ["Ctrl", "Alt", "Shift", "Super"] as const;

/** Of signs only: who speaks to a page says the word that he reads. */
const SPOKEN: Record<string, string> = { "←": "Left", "↑": "Up", "↓": "Down", "→": "Right" };

export const spokenKey = (name: string): string => SPOKEN[name] ?? name;

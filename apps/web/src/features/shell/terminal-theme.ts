import type { ITheme } from "@xterm/xterm";

/** The sixteen colours of programs, chosen to sit on the dashboard's stone. */
const DARK: ITheme = {
  background: "#121110",
  foreground: "#e6e3dc",
  cursor: "#e3b15f",
  cursorAccent: "#121110",
  selectionBackground: "#5b461999",
  selectionInactiveBackground: "#a8792acc",
  scrollbarSliderBackground: "#b6b1a733",
  scrollbarSliderHoverBackground: "#b6b1a766",
  scrollbarSliderActiveBackground: "#b6b1a799",
  overviewRulerBorder: "#121110",
  black: "#2f2c28",
  red: "#f0837a",
  green: "#84c78f",
  yellow: "#e3b15f",
  blue: "#83abec",
  magenta: "#cf97d9",
  cyan: "#74c2c2",
  white: "#d8d4cb",
  brightBlack: "#8d877c",
  brightRed: "#ffa59c",
  brightGreen: "#a6e0af",
  brightYellow: "#f6d189",
  brightBlue: "#a9c7f8",
  brightMagenta: "#e4b8eb",
  brightCyan: "#9bdddd",
  brightWhite: "#faf8f4",
};

const LIGHT: ITheme = {
  background: "#fdfcfa",
  foreground: "#26231e",
  cursor: "#8a5a0b",
  cursorAccent: "#fdfcfa",
  selectionBackground: "#f0d9a8cc",
  selectionInactiveBackground: "#e8b95ccc",
  scrollbarSliderBackground: "#55514a33",
  scrollbarSliderHoverBackground: "#55514a66",
  scrollbarSliderActiveBackground: "#55514a99",
  overviewRulerBorder: "#fdfcfa",
  black: "#26231e",
  red: "#b1271f",
  green: "#1b7440",
  yellow: "#875800",
  blue: "#2358b0",
  magenta: "#8b3a99",
  cyan: "#0f6f74",
  white: "#6d685f",
  brightBlack: "#6d685f",
  brightRed: "#c43a30",
  brightGreen: "#237f4b",
  brightYellow: "#966400",
  brightBlue: "#3469c4",
  brightMagenta: "#9d4aab",
  brightCyan: "#177a80",
  brightWhite: "#403c36",
};

export const terminalTheme = (dark: boolean): ITheme => (dark ? DARK : LIGHT);

/** How found text is marked. The match that one is at is the selection besides, in its colour without focus. */
export const searchMarks = (dark: boolean) =>
  dark
    ? {
        matchBackground: "#4a3d1e",
        matchOverviewRuler: "#8a6a2c",
        activeMatchBackground: "#a8792a",
        activeMatchColorOverviewRuler: "#e3b15f",
      }
    : {
        matchBackground: "#f6e8c8",
        matchOverviewRuler: "#d9b466",
        activeMatchBackground: "#e8b95c",
        activeMatchColorOverviewRuler: "#8a5a0b",
      };

/**
 * Programs colour for dark screens; on paper their light colours must be darkened to be read (WCAG AA). On dark only
 * what nobody could read is lifted, such as the blue of directories in many distributions.
 */
export const minimumContrast = (dark: boolean): number => (dark ? 3 : 4.5);

import type { ITerminalOptions } from "@xterm/xterm";
import type { TerminalSettings } from "./terminal-settings.ts";
import { minimumContrast, terminalTheme } from "./terminal-theme.ts";

/** The person's settings, and whether the page is dark. */
export interface Look extends TerminalSettings {
  dark: boolean;
}

/** xterm's options for a look; `deaf` takes nothing typed and shows no cursor. */
export function optionsFor({ dark, fontPx, screenReader }: Look, deaf: boolean): ITerminalOptions {
  const theme = terminalTheme(dark);
  return {
    theme: deaf ? { ...theme, cursor: "#00000000", cursorAccent: theme.foreground ?? "" } : theme,
    cursorInactiveStyle: deaf ? "none" : "outline",
    disableStdin: deaf,
    minimumContrastRatio: minimumContrast(dark),
    fontSize: fontPx,
    screenReaderMode: screenReader,
  };
}

/** What other pages may use of terminals. The terminal itself is in `remote-terminal.tsx`, which is loaded when it is needed. */
export { clampFont, ECHO_PREDICTIONS, FONT_PX, TERMINAL_SWITCHES, terminalSettings } from "./terminal-settings.ts";

import { z } from "zod";
import { setting } from "../../lib/setting.ts";
import { t } from "../../lib/texts.ts";

/** Sizes of a terminal's text. */
export const FONT_PX = { min: 9, max: 28, default: 14 } as const;

const TerminalSettings = z.object({
  fontPx: z.number().int().min(FONT_PX.min).max(FONT_PX.max),
  copyOnSelect: z.boolean(),
  /** OSC 52: off, because then any output, also that of a file, could replace what one is about to paste. */
  programsMayCopy: z.boolean(),
  screenReader: z.boolean(),
  /** Shows what is typed before the machine has echoed it; `auto`: where that takes long. */
  predictEcho: z.enum(["on", "auto", "off"]).default("auto"),
});
export type TerminalSettings = z.infer<typeof TerminalSettings>;

export const terminalSettings = setting("sallyport_terminal", TerminalSettings, {
  fontPx: FONT_PX.default,
  copyOnSelect: true,
  programsMayCopy: false,
  screenReader: false,
  predictEcho: "auto",
});

export const clampFont = (px: number): number => Math.min(FONT_PX.max, Math.max(FONT_PX.min, px));

/** The settings that are on or off, in words. */
export const TERMINAL_SWITCHES: {
  key: "copyOnSelect" | "programsMayCopy" | "screenReader";
  words: string;
  why?: string;
}[] = [
  { key: "copyOnSelect", words: t("Copy what is selected") },
  { key: "programsMayCopy", words: t("Programs may copy"), why: t("tmux and vim set the clipboard (OSC 52)") },
  { key: "screenReader", words: t("Screen reader support") },
];

/** When typed keys are shown before the machine has echoed them. */
export const ECHO_PREDICTIONS: { predictEcho: TerminalSettings["predictEcho"]; words: string }[] = [
  { predictEcho: "auto", words: t("When the machine is far away") },
  { predictEcho: "on", words: t("Always") },
  { predictEcho: "off", words: t("Never") },
];

import { z } from "zod";
import { setting } from "../../lib/setting.ts";

const FONT_PX = { min: 9, max: 28, default: 14 } as const;

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

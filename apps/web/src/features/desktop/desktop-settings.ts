import { z } from "zod";
import { setting } from "../../lib/setting.ts";
import { t } from "../../lib/texts.ts";

const DesktopSettings = z.object({
  zoom: z.enum(["fit", "actual"]),
  quality: z.enum(["auto", "sharp", "smooth"]),
  maxFps: z.number().int().min(1).max(60),
  statistics: z.boolean(),
});
export type DesktopSettings = z.infer<typeof DesktopSettings>;

export const desktopSettings = setting<DesktopSettings>("sallyport_desktop", DesktopSettings, {
  zoom: "fit",
  quality: "auto",
  maxFps: 60,
  statistics: false,
});

/** How the picture is made when there is not enough line for all of it. */
export const QUALITIES: { quality: DesktopSettings["quality"]; words: string; why: string }[] = [
  { quality: "auto", words: t("Automatic"), why: t("As the screen asks for it") },
  { quality: "sharp", words: t("Sharp"), why: t("Text stays legible, frames may be few") },
  { quality: "smooth", words: t("Smooth"), why: t("Frames stay many, text may blur") },
];

/** Frames a second that one may choose from. */
export const FRAME_RATES = [60, 30, 15, 5];

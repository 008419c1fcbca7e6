import { z } from "zod";
import { setting } from "../../lib/setting.ts";

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

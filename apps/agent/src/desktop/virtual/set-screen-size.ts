/** Gives a virtual screen another size (RandR 1.2): a mode of that size for its one output. */
import type { RandR } from "x11";
import type { X11Connection } from "../x11/x11-connection.ts";
import type { ScreenSize } from "./screen-size.ts";

const DPI = 96;
const MM_PER_INCH = 25.4;
const ROTATE_0 = 1;
const SUCCESS = 0;
const REFRESH_HZ = 60;

/** @throws Error in words when the server does not take it */
export async function setScreenSize(connection: X11Connection, { width, height }: ScreenSize): Promise<void> {
  const { ask, screen } = connection;
  if (screen.pixel_width === width && screen.pixel_height === height) return;
  const randr: RandR = await connection.extension("randr");
  const { root } = screen;
  const { outputs, crtcs } = await ask<{ outputs: number[]; crtcs: number[] }>((reply) =>
    randr.GetScreenResourcesCurrent(root, reply),
  );
  const [[output], [crtc]] = [outputs, crtcs];
  if (output === undefined || crtc === undefined) throw new Error("the X server has no output to set a size for");
  const mode = await ask<number>((reply) => randr.CreateMode(root, modeOf({ width, height }), reply));
  randr.AddOutputMode(output, mode);
  const { status } = await ask<{ status: number }>((reply) =>
    randr.SetCrtcConfig(crtc, 0, 0, 0, 0, mode, ROTATE_0, [output], reply),
  );
  if (status !== SUCCESS) throw new Error(`the X server does not take ${width}x${height}`);
  const millimetres = (pixels: number) => Math.round((pixels / DPI) * MM_PER_INCH);
  randr.SetScreenSize(root, width, height, millimetres(width), millimetres(height));
  await connection.sync();
}

/** No monitor has to follow it, so that its timing is only plausible. */
const modeOf = ({ width, height }: ScreenSize) => ({
  id: 0,
  width,
  height,
  dot_clock: width * height * REFRESH_HZ,
  h_sync_start: width,
  h_sync_end: width,
  h_total: width,
  h_skew: 0,
  v_sync_start: height,
  v_sync_end: height,
  v_total: height,
  modeflags: 0,
  name: `${width}x${height}_sallyport`,
});

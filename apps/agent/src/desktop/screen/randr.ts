/** The monitors of an X screen and their modes (RandR 1.2). */
import type { DesktopDisplay } from "@sallyport/protocol";
import { DESKTOP_DISPLAYS, DESKTOP_PIXELS } from "@sallyport/protocol";
import { SCREEN_CHANGE } from "../x11/primary-monitor.ts";
import type { X11Connection } from "../x11/x11-connection.ts";

export interface Size {
  width: number;
  height: number;
}

/** What a CRTC scans out: a mode by its id, turned as RandR's `ROTATION` says, and what comes of both in pixels. */
export interface CrtcMode extends Size {
  mode: number;
  rotation: number;
}

/** A display, and what a mode of it is set with. */
export interface Monitor {
  display: DesktopDisplay;
  sizes: Size[];
  /** Undefined where the X server has no RandR, or says nothing of monitors. */
  output: { id: number; crtc: number; modes: Map<string, number>; now: CrtcMode } | undefined;
}

interface Mode {
  id: number;
  width: number;
  height: number;
}

type Ask = <Result>(request: (reply: (error: unknown, result: Result) => void) => void) => Promise<Result>;

const ask: Ask = (request) =>
  new Promise((resolve, reject) => {
    request((error, result) => (error ? reject(new Error("RandR refused")) : resolve(result)));
  });

/** What a virtual screen, which has the one mode it was started with, is offered besides. */
const USUAL_SIZES: readonly Size[] = [
  [3840, 2160],
  [2560, 1600],
  [2560, 1440],
  [1920, 1200],
  [1920, 1080],
  [1680, 1050],
  [1600, 900],
  [1440, 900],
  [1366, 768],
  [1280, 1024],
  [1280, 800],
  [1280, 720],
  [1024, 768],
  [800, 600],
  [640, 480],
].map(([width = 0, height = 0]) => ({ width, height }));

const keyOf = ({ width, height }: Size): string => `${width}x${height}`;
const MM_PER_INCH = 25.4;
const DPI = 96;
const millimetres = (pixels: number): number => Math.round((pixels / DPI) * MM_PER_INCH);
const ROTATE_0 = 1;

/** RandR of one X screen. Everything is asked anew: the answers change under our feet. */
export class RandR {
  readonly #connection: X11Connection;
  // biome-ignore lint/suspicious/noExplicitAny: the extension of a package without types.
  readonly #randr: any;

  private constructor(connection: X11Connection, randr: unknown) {
    this.#connection = connection;
    this.#randr = randr;
  }

  static async open(connection: X11Connection): Promise<RandR | undefined> {
    const randr = await connection.extension("randr").catch(() => undefined);
    if (!randr) return undefined;
    randr.SelectInput(connection.screen.root, SCREEN_CHANGE);
    return new RandR(connection, randr);
  }

  /** Those that are on, the primary one first. */
  async monitors(): Promise<Monitor[]> {
    const { root } = this.#connection.screen;
    const resources = await ask<{ outputs: number[]; modeinfos: Mode[]; config_timestamp: number }>((reply) =>
      this.#randr.GetScreenResourcesCurrent(root, reply),
    );
    const primary = await ask<number>((reply) => this.#randr.GetOutputPrimary(root, reply)).catch(() => 0);
    const limit = await ask<{ maxWidth: number; maxHeight: number }>((reply) =>
      this.#randr.GetScreenSizeRange(root, reply),
    );
    const monitors: Monitor[] = [];
    for (const id of resources.outputs.slice(0, DESKTOP_DISPLAYS)) {
      const output = await ask<{ crtc: number; modes: number[]; name: string }>((reply) =>
        this.#randr.GetOutputInfo(id, resources.config_timestamp, reply),
      );
      if (!output.crtc) continue;
      const crtc = await ask<CrtcMode & { x: number; y: number }>((reply) =>
        this.#randr.GetCrtcInfo(output.crtc, resources.config_timestamp, reply),
      );
      if (!crtc.mode || !crtc.width || !crtc.height) continue;
      const modes = new Map<string, number>();
      for (const mode of resources.modeinfos) {
        if (output.modes.includes(mode.id) && !modes.has(keyOf(mode))) modes.set(keyOf(mode), mode.id);
      }
      // A real monitor tells its modes; "screen" of Xvfb and "VNC-0" of Xvnc take any.
      const isVirtual = /^(screen|VNC-|DUMMY|Virtual)/i.test(output.name);
      const known = resources.modeinfos.filter((info) => output.modes.includes(info.id));
      const { x, y, width, height, mode, rotation } = crtc;
      monitors.push({
        display: {
          id: output.name.slice(0, 64),
          name: output.name.slice(0, 64),
          x,
          y,
          width,
          height,
          primary: id === primary,
        },
        sizes: sizesOf(isVirtual ? [...known, ...USUAL_SIZES] : known, limit),
        output: { id, crtc: output.crtc, modes, now: { mode, rotation, width, height } },
      });
    }
    if (monitors[0] && !monitors.some(({ display }) => display.primary)) monitors[0].display.primary = true;
    return monitors.sort((a, b) => Number(b.display.primary) - Number(a.display.primary));
  }

  /**
   * A mode of this size, made if it has to be.
   *
   * @throws Error in words for the viewer
   */
  async modeOf({ output, sizes }: Monitor, size: Size): Promise<CrtcMode> {
    if (!output || !sizes.some((known) => keyOf(known) === keyOf(size))) {
      throw new Error(`this display cannot be ${size.width} by ${size.height} pixels`);
    }
    const mode = output.modes.get(keyOf(size)) ?? (await this.#makeMode(output.id, size));
    return { mode, rotation: ROTATE_0, ...size };
  }

  /** @throws Error in words for the viewer */
  async setMode({ display, output }: Monitor, all: readonly Monitor[], to: CrtcMode): Promise<void> {
    if (!output) throw new Error("this display cannot change its resolution");
    const others = all.filter(({ display: { id } }) => id !== display.id).map((monitor) => monitor.display);
    const whole = [{ ...display, width: to.width, height: to.height }, ...others];
    const width = Math.max(...whole.map((part) => part.x + part.width));
    const height = Math.max(...whole.map((part) => part.y + part.height));
    const before = [display, ...others];
    const reach = {
      width: Math.max(width, ...before.map((part) => part.x + part.width)),
      height: Math.max(height, ...before.map((part) => part.y + part.height)),
    };
    // A monitor must lie within the screen at every moment: first the screen holds both, at the end only what is.
    this.#setScreen(reach);
    const { status } = await ask<{ status: number }>((reply) =>
      this.#randr.SetCrtcConfig(output.crtc, 0, 0, display.x, display.y, to.mode, to.rotation, [output.id], reply),
    );
    if (status !== 0) throw new Error("the machine did not take this resolution");
    if (reach.width !== width || reach.height !== height) this.#setScreen({ width, height });
    await this.#connection.client.sync();
  }

  #setScreen({ width, height }: Size): void {
    const { root } = this.#connection.screen;
    this.#randr.SetScreenSize(root, width, height, millimetres(width), millimetres(height));
  }

  async #makeMode(output: number, { width, height }: Size): Promise<number> {
    const { root } = this.#connection.screen;
    // Timings are for cathode ray tubes; a virtual screen only looks at the size.
    const mode = await ask<number>((reply) =>
      this.#randr.CreateMode(
        root,
        {
          name: `sallyport-${width}x${height}`,
          width,
          height,
          dot_clock: width * height * 60,
          h_sync_start: width,
          h_sync_end: width,
          h_total: width,
          v_sync_start: height,
          v_sync_end: height,
          v_total: height,
        },
        reply,
      ),
    );
    this.#randr.AddOutputMode(output, mode);
    await this.#connection.client.sync();
    return mode;
  }
}

function sizesOf(modes: readonly Size[], { maxWidth, maxHeight }: { maxWidth: number; maxHeight: number }): Size[] {
  const sizes = new Map<string, Size>();
  for (const { width, height } of modes) {
    const fits = width <= Math.min(maxWidth, DESKTOP_PIXELS) && height <= Math.min(maxHeight, DESKTOP_PIXELS);
    if (fits && width > 1 && height > 1) sizes.set(keyOf({ width, height }), { width, height });
  }
  return [...sizes.values()].sort((a, b) => b.width * b.height - a.width * a.height).slice(0, 256);
}

/**
 * The screen of an X server. Invariants: one grabber, of the display that is shown; damage is asked for again before each
 * grab and never after it, so that no change is lost between the two.
 */
import type { DesktopDisplay } from "@sallyport/protocol";
import { openX11, type X11Connection } from "../x11/x11-connection.ts";
import type { OwnModes } from "./own-modes.ts";
import type { Picture } from "./picture.ts";
import { type Monitor, RandR } from "./randr.ts";
import type { ScreenEvents, ScreenSource } from "./screen-source.ts";
import { openX11Grabber, type Rectangle, type X11Grabber } from "./x11-grabber.ts";

/** Displays change several times in a row when one of them does. */
const SETTLE_MS = 60;
/** H.264 in 4:2:0 has an even number of columns and rows. */
const even = (pixels: number): number => pixels - (pixels % 2);

interface XEvent {
  name?: string;
  damage?: number;
  area?: { x: number; y: number; w: number; h: number };
}

interface X11ScreenPlace {
  /** Such as `:0`. */
  display: string;
  xauthority: string | undefined;
  /** Where it is noted what a viewer changes. */
  ownModes: OwnModes;
}

export async function openX11Screen(
  { display, xauthority, ownModes }: X11ScreenPlace,
  events: ScreenEvents,
): Promise<ScreenSource<Picture>> {
  const connection = await openX11(display, { xauthority, lost: (reason) => events.failed(reason) });
  try {
    const damage = await connection.extension("damage");
    const screen = new X11Screen(display, connection, damage, await RandR.open(connection), ownModes, events);
    await screen.start();
    return screen;
  } catch (error) {
    connection.close();
    throw error;
  }
}

class X11Screen implements ScreenSource<Picture> {
  readonly #name: string;
  readonly #connection: X11Connection;
  // biome-ignore lint/suspicious/noExplicitAny: the extension of a package without types.
  readonly #damageExtension: any;
  readonly #randr: RandR | undefined;
  readonly #ownModes: OwnModes;
  readonly #events: ScreenEvents;
  readonly #damage: number;
  #monitors: Monitor[] = [];
  #shown = "";
  #grabber: { of: Rectangle; open: Promise<X11Grabber> } | undefined;
  /** What changed since the last grab, in pixels of the display that is shown. */
  #changed: { from: number; to: number } | undefined;
  #settling: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    name: string,
    connection: X11Connection,
    damage: unknown,
    randr: RandR | undefined,
    ownModes: OwnModes,
    events: ScreenEvents,
  ) {
    this.#name = name;
    this.#connection = connection;
    this.#damageExtension = damage;
    this.#randr = randr;
    this.#ownModes = ownModes;
    this.#events = events;
    this.#damage = connection.client.AllocID();
    connection.client.on("event", (event: XEvent) => this.#onEvent(event));
  }

  async start(): Promise<void> {
    const { BoundingBox } = this.#damageExtension.ReportLevel;
    this.#damageExtension.Create(this.#damage, this.#connection.screen.root, BoundingBox);
    await this.#readMonitors();
    const [first] = this.#monitors;
    if (first) await this.show(first.display.id);
  }

  displays(): readonly DesktopDisplay[] {
    return this.#monitors.map(({ display }) => display);
  }

  resolutions(displayId: string): readonly { width: number; height: number }[] {
    return this.#monitors.find(({ display }) => display.id === displayId)?.sizes ?? [];
  }

  async show(displayId: string): Promise<void> {
    const monitor = this.#monitors.find(({ display }) => display.id === displayId);
    if (!monitor) throw new Error("this display is not there any more");
    this.#shown = displayId;
    await this.#openGrabber(monitor.display).open;
  }

  async grab(): Promise<Picture> {
    // Subtracted before the picture is read, and known to be: what changes from here on is reported again. It is reported
    // once, however often it changes: what is told while this waits may be all that is told of the time after it, too.
    this.#damageExtension.Subtract(this.#damage, 0, 0);
    await this.#connection.client.sync();
    // Another display may be shown by now.
    const grabber = this.#grabber;
    if (!grabber) throw new Error("no display is shown");
    const { width, height } = grabber.of;
    const changed = this.#changed ?? { from: 0, to: 0 };
    this.#changed = undefined;
    try {
      const frame = await (await grabber.open).grab();
      return { width, height, frame, changed, free: () => frame.free() };
    } catch (error) {
      // What was not read has changed still, and perhaps more of it.
      if (this.#grabber) this.#changed = { from: 0, to: this.#grabber.of.height };
      throw error;
    }
  }

  async resize(displayId: string, size: { width: number; height: number }): Promise<void> {
    const monitors = (await this.#randr?.monitors()) ?? [];
    const monitor = monitors.find(({ display }) => display.id === displayId);
    if (!this.#randr || !monitor?.output) throw new Error("this display cannot change its resolution");
    const chosen = await this.#randr.modeOf(monitor, size);
    // What has ended sets nothing any more.
    if (this.#isClosed) return;
    // Before it is set: this may end meanwhile, and then it is set all the same, and to be put back.
    const forget = this.#ownModes.note(displayId, monitor.output.now, chosen.mode);
    await this.#randr.setMode(monitor, monitors, chosen).catch((error: unknown) => {
      forget();
      throw error;
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#settling);
    this.#closeGrabber();
    this.#connection.close();
  }

  #onEvent(event: XEvent): void {
    if (event.name === "DamageNotify" && event.damage === this.#damage && event.area) return this.#onDamage(event.area);
    if (event.name !== "RRScreenChangeNotify") return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#onDisplaysChanged(), SETTLE_MS);
  }

  #onDamage({ x, y, w, h }: { x: number; y: number; w: number; h: number }): void {
    const shown = this.#grabber?.of;
    if (!shown) return;
    const left = Math.max(0, x - shown.x);
    const top = Math.max(0, y - shown.y);
    const right = Math.min(shown.width, x + w - shown.x);
    const bottom = Math.min(shown.height, y + h - shown.y);
    if (left >= right || top >= bottom) return;
    this.#changed = {
      from: Math.min(top, this.#changed?.from ?? top),
      to: Math.max(bottom, this.#changed?.to ?? bottom),
    };
    this.#events.damaged({ x: left, y: top, width: right - left, height: bottom - top });
  }

  async #onDisplaysChanged(): Promise<void> {
    try {
      await this.#readMonitors();
      const shown = this.#monitors.find(({ display }) => display.id === this.#shown) ?? this.#monitors[0];
      if (this.#isClosed || !shown) return;
      await this.show(shown.display.id);
    } catch {
      // The server is going, which the connection says, or the displays change again, which another event says.
      return;
    }
    if (!this.#isClosed) this.#events.displaysChanged();
  }

  /** A grabber reads one rectangle; when that has another place or size, the old one reads nothing or the wrong thing. */
  #openGrabber({ x, y, width, height }: DesktopDisplay): { open: Promise<X11Grabber> } {
    const of = { x, y, width: even(width), height: even(height) };
    const now = this.#grabber;
    if (now && JSON.stringify(now.of) === JSON.stringify(of)) return now;
    this.#closeGrabber();
    this.#changed = { from: 0, to: of.height };
    this.#grabber = { of, open: openX11Grabber(this.#name, of) };
    return this.#grabber;
  }

  #closeGrabber(): void {
    const grabber = this.#grabber;
    this.#grabber = undefined;
    void grabber?.open.then((opened) => opened.close()).catch(() => {});
  }

  async #readMonitors(): Promise<void> {
    this.#monitors = (await this.#randr?.monitors()) ?? [];
    if (this.#monitors.length > 0) return;
    const { pixel_width: width, pixel_height: height } = this.#connection.screen;
    const display = { id: "screen", name: "Screen", x: 0, y: 0, width, height, primary: true };
    this.#monitors = [{ display, sizes: [], output: undefined }];
  }
}

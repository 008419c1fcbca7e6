/** A window above all others, that no window manager moves, and that takes nothing but what is done to itself. */
import x11 from "x11";
import type { Area } from "../x11/primary-monitor.ts";
import type { X11Connection } from "../x11/x11-connection.ts";

/** Another window that also wants to be above all must not be fought without end. */
const RAISE_MS = 500;
const UNOBSCURED = 0;
const REPLACE = 0;
const WM_NAME = 39;
const STRING = 31;

export class TopWindow {
  readonly id: number;
  readonly #connection: X11Connection;
  #raise: NodeJS.Timeout | undefined;

  /** @param events core events that it wants besides being told when it must be drawn */
  constructor(connection: X11Connection, area: Area, { background, events }: { background: number; events: number }) {
    const { client, screen } = connection;
    this.#connection = connection;
    this.id = client.AllocID();
    const { Exposure = 0, VisibilityChange = 0 } = x11.eventMask;
    const { x, y, width, height } = area;
    client.CreateWindow(this.id, screen.root, x, y, width, height, 0, 0, 0, 0, {
      overrideRedirect: true,
      backgroundPixel: background,
      eventMask: Exposure | VisibilityChange | events,
    });
    client.ChangeProperty(REPLACE, this.id, WM_NAME, STRING, 8, "Sallyport");
    client.on("event", ({ name, wid, state }) => {
      if (name === "VisibilityNotify" && wid === this.id && state !== UNOBSCURED) this.#raiseSoon();
    });
  }

  show(): void {
    this.#connection.client.MapWindow(this.id);
    this.#connection.client.RaiseWindow(this.id);
  }

  hide(): void {
    this.#connection.client.UnmapWindow(this.id);
  }

  close(): void {
    clearTimeout(this.#raise);
  }

  #raiseSoon(): void {
    this.#raise ??= setTimeout(() => {
      this.#raise = undefined;
      this.#connection.client.RaiseWindow(this.id);
    }, RAISE_MS);
  }
}

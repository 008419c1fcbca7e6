/**
 * Says on the screen who sees it, as long as somebody does: a bar at the top edge, which can be pushed along it. A
 * click on End ends that session; a viewer may do it from afar, too.
 */
import x11, { type XEvent } from "x11";
import { type Area, hearMonitorChanges, primaryMonitor } from "../x11/primary-monitor.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import { Canvas, type Rectangle } from "./canvas.ts";
import { cutMiddle } from "./shown-text.ts";
import { TopWindow } from "./top-window.ts";

interface Viewer {
  email: string;
  end(): void;
}

const HEIGHT = 28;
const MARGIN = 12;
const GAP = 8;
const BUTTON_WIDTH = 46;
const MAX_EMAIL_CHARS = 40;
const MIN_EMAIL_CHARS = 12;
const SEES = " sees this screen";
const LEFT_BUTTON = 1;

export class X11Indicator {
  readonly #connection: X11Connection;
  readonly #canvas: Canvas;
  #monitor: Area;
  readonly #window: TopWindow;
  readonly #viewers = new Set<Viewer>();
  /** Where the End of each is, in pixels of the canvas. */
  #buttons: { area: Rectangle; viewer: Viewer }[] = [];
  #width = 1;
  /** Of the middle of the bar, so that it stays in its place when it becomes wider. */
  #middle: number;
  #pressed: { rootX: number; middle: number; viewer: Viewer | undefined } | undefined;
  #isClosed = false;

  private constructor(connection: X11Connection, canvas: Canvas, monitor: Area) {
    this.#connection = connection;
    this.#canvas = canvas;
    this.#monitor = monitor;
    this.#middle = monitor.x + Math.round(monitor.width / 2);
    const { ButtonPress = 0, ButtonRelease = 0, Button1Motion = 0 } = x11.eventMask;
    this.#window = new TopWindow(connection, this.#area(), {
      background: canvas.pixelOf("bar"),
      events: ButtonPress | ButtonRelease | Button1Motion,
    });
    connection.client.on("event", (event) => this.#take(event));
  }

  /**
   * Shown as soon as there is a viewer.
   *
   * @param connection its own from now on
   */
  static async open(connection: X11Connection): Promise<X11Indicator> {
    await hearMonitorChanges(connection);
    const monitor = await primaryMonitor(connection);
    const indicator = new X11Indicator(connection, await Canvas.open(connection, monitor.height), monitor);
    await connection.sync();
    return indicator;
  }

  /** @returns what takes the viewer away again */
  add(viewer: Viewer): () => void {
    const own = { ...viewer };
    this.#viewers.add(own);
    this.#update();
    return () => {
      if (this.#viewers.delete(own)) this.#update();
    };
  }

  get isEmpty(): boolean {
    return this.#viewers.size === 0;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#window.close();
    this.#connection.close();
  }

  #update(): void {
    if (this.#isClosed) return;
    if (this.isEmpty) return this.#window.hide();
    this.#draw();
    this.#place();
    this.#window.show();
    this.#canvas.show(this.#window.id);
  }

  #draw(): void {
    const canvas = this.#canvas;
    const room = this.#monitor.width / canvas.scale / this.#viewers.size - 2 * MARGIN - GAP - BUTTON_WIDTH;
    const chars = Math.min(Math.max(canvas.charsIn(room, "text") - SEES.length, MIN_EMAIL_CHARS), MAX_EMAIL_CHARS);
    let x = MARGIN;
    this.#buttons = [];
    const parts = [...this.#viewers].map((viewer) => {
      const text = cutMiddle(canvas.shown(viewer.email, "text"), chars) + SEES;
      const part = { text, x };
      x += canvas.widthOf(text, "text") + GAP;
      this.#buttons.push({ area: { x, y: 4, width: BUTTON_WIDTH, height: HEIGHT - 8 }, viewer });
      x += BUTTON_WIDTH + MARGIN;
      return part;
    });
    this.#width = x;
    canvas.clear(x, HEIGHT, "bar");
    const textY = Math.round((HEIGHT - canvas.lineHeight("text")) / 2);
    for (const part of parts) canvas.text(part.text, part.x, textY, "text", "barInk");
    for (const { area } of this.#buttons) {
      canvas.fill(area, "barButton");
      const textX = area.x + Math.round((area.width - canvas.widthOf("End", "bold")) / 2);
      canvas.text("End", textX, textY, "bold", "barInk");
    }
  }

  #area(): Area {
    const [width, height] = [this.#width * this.#canvas.scale, HEIGHT * this.#canvas.scale];
    const { x, y, width: room } = this.#monitor;
    const left = Math.min(this.#middle - Math.round(width / 2), x + room - width);
    return { x: Math.max(left, x), y, width, height };
  }

  #place(): void {
    const { x, y, width, height } = this.#area();
    this.#connection.client.MoveResizeWindow(this.#window.id, x, y, width, height);
  }

  #take(event: XEvent): void {
    if (this.#isClosed) return;
    if (event.name === "RRScreenChangeNotify") return void this.#follow();
    if (event.wid !== this.#window.id) return;
    if (event.name === "Expose" && event.count === 0) this.#canvas.show(this.#window.id);
    else if (event.name === "ButtonPress" && event.keycode === LEFT_BUTTON) {
      this.#pressed = { rootX: event.rootx, middle: this.#middle, viewer: this.#viewerAt(event) };
    } else if (event.name === "MotionNotify" && this.#pressed && !this.#pressed.viewer) this.#drag(event);
    else if (event.name === "ButtonRelease" && event.keycode === LEFT_BUTTON) {
      const viewer = this.#pressed?.viewer;
      this.#pressed = undefined;
      if (viewer && viewer === this.#viewerAt(event)) viewer.end();
    }
  }

  /** The monitor has another size or place: the bar stays at the same share of its edge, whole. */
  async #follow(): Promise<void> {
    const after = await primaryMonitor(this.#connection).catch(() => undefined);
    if (!after || this.#isClosed) return;
    const before = this.#monitor;
    this.#monitor = after;
    this.#middle = after.x + Math.round(((this.#middle - before.x) / before.width) * after.width);
    this.#pressed = undefined;
    this.#update();
  }

  #drag({ rootx }: XEvent): void {
    if (!this.#pressed) return;
    const { x, width } = this.#monitor;
    const middle = this.#pressed.middle + rootx - this.#pressed.rootX;
    this.#middle = Math.min(Math.max(middle, x), x + width);
    this.#place();
  }

  #viewerAt({ x, y }: XEvent): Viewer | undefined {
    const [at, down] = [x / this.#canvas.scale, y / this.#canvas.scale];
    return this.#buttons.find(
      ({ area }) => at >= area.x && at < area.x + area.width && down >= area.y && down < area.y + area.height,
    )?.viewer;
  }
}

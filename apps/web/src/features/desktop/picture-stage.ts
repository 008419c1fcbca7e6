import type { DesktopLine } from "./desktop-line.ts";
import type { Point } from "./touch-gestures.ts";
import { clampScale, type Placement, pixelAt, placePicture, type Size, type Zoom } from "./view-geometry.ts";

/** How near to the edge a pointer moves what does not fit, and how fast at most, in CSS pixels and per picture. */
const EDGE_PX = 28;
const EDGE_STEP_PX = 18;
/** A display whose shape is so different from the picture's is not the one that is shown yet. */
const SHAPE_SLACK = 0.02;

/** Where the picture lies: which element shows it, how large, and which pixel is under a finger. Draws nothing itself. */
export class PictureStage {
  readonly #frame = document.createElement("div");
  #host: HTMLElement | undefined;
  #shown: DesktopLine["element"] | undefined;
  #display: Size | undefined;
  #zoom: Zoom = "fit";
  #placement: Placement | undefined;
  #onZoom: (zoom: Zoom) => void = () => {};

  constructor() {
    this.#frame.className = "desktop-frame";
  }

  /** Lies in this element, which scrolls, from now on; returns how to leave it. */
  attach(host: HTMLElement, onZoom: (zoom: Zoom) => void): () => void {
    this.#host = host;
    this.#onZoom = onZoom;
    host.append(this.#frame);
    const observer = new ResizeObserver(() => this.#place());
    observer.observe(host);
    // Another screen has other pixels, and no event says so but this.
    const ratio = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const onRatio = () => this.#place();
    ratio.addEventListener("change", onRatio);
    this.#place();
    return () => {
      observer.disconnect();
      ratio.removeEventListener("change", onRatio);
      this.#frame.remove();
      this.#host = undefined;
    };
  }

  get placement(): Placement | undefined {
    return this.#placement;
  }

  /** Takes an element in that shows nothing yet: browsers draw only what is in the page. */
  trying({ element }: DesktopLine): void {
    for (const other of [...this.#frame.children]) if (other !== this.#shown) other.remove();
    element.className = "desktop-picture";
    element.dataset.shown = "no";
    this.#frame.append(element);
    element.addEventListener("resize", () => {
      if (element === this.#shown) this.#place();
    });
  }

  /** This one is drawn; the one before it, which showed the past, goes. */
  show({ element }: DesktopLine): void {
    this.#shown = element;
    element.dataset.shown = "yes";
    for (const other of [...this.#frame.children]) if (other !== element) other.remove();
    this.#place();
  }

  /** The line that shows it is about to close: what is seen now stays in sight. */
  freeze(): void {
    const video = this.#shown;
    if (!(video instanceof HTMLVideoElement) || video.videoWidth === 0) return;
    const still = document.createElement("canvas");
    [still.width, still.height] = [video.videoWidth, video.videoHeight];
    still.getContext("2d", { alpha: false })?.drawImage(video, 0, 0);
    still.className = video.className;
    still.dataset.shown = "yes";
    video.replaceWith(still);
    this.#shown = still;
  }

  /** Nothing of the machine is left in the page. */
  clear(): void {
    this.#shown?.remove();
    this.#shown = undefined;
  }

  /** The size of the display that is shown, in which the pointer is told; undefined until it is known. */
  setDisplay(display: Size | undefined): void {
    this.#display = display;
    this.#place();
  }

  setZoom(zoom: Zoom): void {
    this.#zoom = zoom;
    this.#place();
  }

  /** Fingers made it larger or smaller around a place that went along with them. */
  zoomBy(factor: number, centre: Point, moved: Point): void {
    const host = this.#host;
    const before = this.#placement;
    if (!host || !before) return;
    const room = host.getBoundingClientRect();
    const at = { x: centre.x - moved.x - room.left, y: centre.y - moved.y - room.top };
    const inPicture = {
      x: (host.scrollLeft + at.x - before.left) / before.scale,
      y: (host.scrollTop + at.y - before.top) / before.scale,
    };
    this.#zoom = clampScale(before.scale * factor);
    this.#place();
    this.#onZoom(this.#zoom);
    const after = this.#placement ?? before;
    host.scrollLeft = inPicture.x * after.scale + after.left - (centre.x - room.left);
    host.scrollTop = inPicture.y * after.scale + after.top - (centre.y - room.top);
  }

  /** The pixel of the display under a place of the page. */
  pixelAt(place: Point): Point {
    return pixelAt(place, this.#frame.getBoundingClientRect(), this.#display ?? this.#pictureSize());
  }

  /** Scrolls towards an edge that the pointer is near to; true when something moved. */
  followPointer(place: Point): boolean {
    const host = this.#host;
    if (!host || this.#zoom === "fit") return false;
    const { left, top, right, bottom } = host.getBoundingClientRect();
    const [x, y] = [host.scrollLeft, host.scrollTop];
    host.scrollLeft += edgeStep(place.x, left, right);
    host.scrollTop += edgeStep(place.y, top, bottom);
    return host.scrollLeft !== x || host.scrollTop !== y;
  }

  setCursor(css: string): void {
    this.#frame.style.cursor = css;
  }

  #pictureSize(): Size {
    const element = this.#shown;
    if (element instanceof HTMLVideoElement) return { width: element.videoWidth, height: element.videoHeight };
    return element ? { width: element.width, height: element.height } : { width: 0, height: 0 };
  }

  #layoutSize(): Size {
    const picture = this.#pictureSize();
    const display = this.#display;
    if (!display || picture.width === 0 || picture.height === 0) return picture;
    const shapes = picture.width / picture.height / (display.width / display.height);
    return Math.abs(shapes - 1) < SHAPE_SLACK ? display : picture;
  }

  #place(): void {
    const host = this.#host;
    const picture = this.#layoutSize();
    if (!host || picture.width === 0) return;
    const room = { width: host.offsetWidth, height: host.offsetHeight };
    const placed = placePicture(picture, room, this.#zoom, window.devicePixelRatio);
    this.#placement = placed;
    const { style } = this.#frame;
    style.width = `${placed.width}px`;
    style.height = `${placed.height}px`;
    style.marginLeft = `${placed.left}px`;
    style.marginTop = `${placed.top}px`;
    this.#frame.dataset.exact = placed.isExact ? "yes" : "no";
    host.dataset.zoom = this.#zoom === "fit" ? "fit" : "larger";
  }
}

function edgeStep(at: number, start: number, end: number): number {
  const before = start + EDGE_PX - at;
  const behind = at - (end - EDGE_PX);
  const beyond = before > 0 ? -before : behind > 0 ? behind : 0;
  return Math.round((Math.max(-EDGE_PX, Math.min(EDGE_PX, beyond)) / EDGE_PX) * EDGE_STEP_PX);
}

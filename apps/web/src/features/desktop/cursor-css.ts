/** The machine's pointer as a cursor of CSS: it moves without a round trip. */
import type { DesktopOutput } from "@sallyport/protocol";

type Shape = Extract<DesktopOutput, { type: "cursor" }>["shape"];

/** Browsers show no larger ones. */
const LARGEST_PX = 128;
const KEPT = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Pictures come once; a shape that comes again is told by its id. */
export class CursorCache {
  readonly #known = new Map<number, string>();

  /** A value of the property `cursor`. What cannot be shown is an arrow: a wrong pointer is better than none. */
  css(shape: Shape): string {
    if (shape === null) return "none";
    const { id, png } = shape;
    const known = this.#known.get(id);
    if (known !== undefined && png === undefined) return known;
    const made = png === undefined ? undefined : cursorOf({ ...shape, png });
    if (made === undefined) return "default";
    this.#known.delete(id);
    this.#known.set(id, made);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value ?? id);
    return made;
  }
}

function cursorOf({ hot_x, hot_y, width, height, png }: NonNullable<Shape> & { png: string }): string | undefined {
  if (width > LARGEST_PX || height > LARGEST_PX || !BASE64.test(png)) return undefined;
  // A hot spot beside the picture would make the browser ignore all of it.
  const x = Math.min(width - 1, Math.max(0, hot_x));
  const y = Math.min(height - 1, Math.max(0, hot_y));
  return `url("data:image/png;base64,${png}") ${x} ${y}, default`;
}

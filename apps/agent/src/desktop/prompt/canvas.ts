/** Draws on a window with what every X server has: rectangles, and its own fonts. Sizes are in pixels of a usual screen. */
import type { FontInfo } from "x11";
import type { X11Connection } from "../x11/x11-connection.ts";
import { BOX, shownText } from "./shown-text.ts";

/** The first that the server has; every server has the last one. Only those whose characters are all equally wide. */
const FONTS = {
  text: ["-misc-fixed-medium-r-normal--15-140-75-75-c-90-iso10646-1", "9x15", "fixed"],
  bold: ["-misc-fixed-bold-r-normal--15-140-75-75-c-90-iso10646-1", "9x15bold", "fixed"],
  title: ["-misc-fixed-medium-r-normal--20-200-75-75-c-100-iso10646-1", "10x20", "fixed"],
} as const;
export type FontName = keyof typeof FONTS;

const COLOURS = {
  paper: 0xffffff,
  ink: 0x1f2328,
  faint: 0x59636e,
  line: 0xd1d9e0,
  accent: 0x0969da,
  button: 0xf0f3f6,
  bar: 0x1f2328,
  barInk: 0xf6f8fa,
  barButton: 0xcf222e,
} as const;
export type Colour = keyof typeof COLOURS;

/** On a screen of more lines than this everything is drawn twice as large, or nobody could read it. */
const LARGE_SCREEN_LINES = 1_440;
const MAX_ITEM_CHARS = 254;

interface Font {
  id: number;
  ascent: number;
  height: number;
  charWidth: number;
  isUnicode: boolean;
  /** It is not as bold as it should be: what is drawn twice, a pixel apart, is. */
  isTooThin: boolean;
}

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

// biome-ignore lint/suspicious/noExplicitAny: RENDER has no types here; this file alone uses it.
type Render = any;

export class Canvas {
  /** Pixels of the window for one of the canvas. */
  readonly scale: number;
  readonly #connection: X11Connection;
  readonly #fonts: Record<FontName, Font>;
  readonly #colours: Record<Colour, number>;
  readonly #render: Render;
  readonly #gc: number;
  #pixmap = 0;
  #size = { width: 0, height: 0 };

  private constructor(
    connection: X11Connection,
    parts: { fonts: Record<FontName, Font>; colours: Record<Colour, number>; render: Render; scale: number },
  ) {
    this.#connection = connection;
    this.#fonts = parts.fonts;
    this.#colours = parts.colours;
    this.#render = parts.render;
    this.scale = parts.scale;
    this.#gc = connection.client.AllocID();
    connection.client.CreateGC(this.#gc, connection.screen.root, { graphicsExposures: 0 });
  }

  /** @param screenLines the height of the monitor that it is for */
  static async open(connection: X11Connection, screenLines: number): Promise<Canvas> {
    const isLarge = screenLines > LARGE_SCREEN_LINES && connection.screen.root_depth === 24;
    const render: Render = isLarge ? await connection.extension("render").catch(() => undefined) : undefined;
    const [fonts, colours] = await Promise.all([
      eachOf<FontName, (typeof FONTS)[FontName], Font>(FONTS, (names) => openFont(connection, names)),
      eachOf(COLOURS, (rgb) => openColour(connection, rgb)),
    ]);
    return new Canvas(connection, { fonts, colours, render, scale: render ? 2 : 1 });
  }

  pixelOf(colour: Colour): number {
    return this.#colours[colour];
  }

  /** Begins a picture of this size, all of one colour. */
  clear(width: number, height: number, colour: Colour): void {
    const { client, screen } = this.#connection;
    if (this.#pixmap !== 0) client.FreePixmap(this.#pixmap);
    this.#pixmap = client.AllocID();
    this.#size = { width, height };
    client.CreatePixmap(this.#pixmap, screen.root, screen.root_depth, width, height);
    this.fill({ x: 0, y: 0, width, height }, colour);
  }

  fill({ x, y, width, height }: Rectangle, colour: Colour): void {
    this.#connection.client.ChangeGC(this.#gc, { foreground: this.#colours[colour] });
    this.#connection.client.PolyFillRectangle(this.#pixmap, this.#gc, [x, y, width, height]);
  }

  outline({ x, y, width, height }: Rectangle, colour: Colour): void {
    this.#connection.client.ChangeGC(this.#gc, { foreground: this.#colours[colour] });
    this.#connection.client.PolyRectangle(this.#pixmap, this.#gc, [x, y, width - 1, height - 1]);
  }

  lineHeight(font: FontName): number {
    return this.#fonts[font].height;
  }

  widthOf(text: string, font: FontName): number {
    return text.length * this.#fonts[font].charWidth;
  }

  /** How many characters fit. */
  charsIn(width: number, font: FontName): number {
    return Math.floor(width / this.#fonts[font].charWidth);
  }

  /** What a stranger wrote, as it can be shown in this font. */
  shown(text: string, font: FontName): string {
    return shownText(text, this.#fonts[font]);
  }

  /** @param y of the upper edge of the line */
  text(text: string, x: number, y: number, font: FontName, colour: Colour): void {
    const { client } = this.#connection;
    const { id, ascent, charWidth, isTooThin } = this.#fonts[font];
    client.ChangeGC(this.#gc, { foreground: this.#colours[colour], font: id });
    const line = text.slice(0, MAX_ITEM_CHARS);
    // Many fonts have no box.
    const glyphs = [line.replaceAll(BOX, " ")];
    client.PolyText16(this.#pixmap, this.#gc, x, y + ascent, glyphs);
    if (isTooThin) client.PolyText16(this.#pixmap, this.#gc, x + 1, y + ascent, glyphs);
    for (let at = line.indexOf(BOX); at >= 0; at = line.indexOf(BOX, at + 1)) {
      this.outline({ x: x + at * charWidth + 1, y: y + 2, width: charWidth - 2, height: ascent - 2 }, colour);
    }
  }

  /** Puts the picture on a window of its size. */
  show(window: number): void {
    const { client } = this.#connection;
    const { width, height } = this.#size;
    if (!this.#render) {
      client.CopyArea(this.#pixmap, window, this.#gc, 0, 0, 0, 0, width, height);
      return;
    }
    const [from, to] = [client.AllocID(), client.AllocID()];
    this.#render.CreatePicture(from, this.#pixmap, this.#render.rgb24);
    this.#render.CreatePicture(to, window, this.#render.rgb24);
    const part = 1 / this.scale;
    this.#render.SetPictureTransform(from, [part, 0, 0, 0, part, 0, 0, 0, 1]);
    this.#render.Composite(1, from, 0, to, 0, 0, 0, 0, 0, 0, width * this.scale, height * this.scale);
    for (const picture of [from, to]) this.#render.FreePicture(picture);
  }
}

async function eachOf<Key extends string, Value, Result>(
  values: Record<Key, Value>,
  make: (value: Value) => Promise<Result>,
): Promise<Record<Key, Result>> {
  const made = await Promise.all(
    Object.entries<Value>(values).map(async ([key, value]) => [key, await make(value)] as const),
  );
  return Object.fromEntries(made) as Record<Key, Result>;
}

async function openFont({ client, ask }: X11Connection, names: (typeof FONTS)[FontName]): Promise<Font> {
  for (const name of names) {
    const [found] = await ask<string[]>((reply) => client.ListFonts(name, 1, reply));
    if (found === undefined) continue;
    const id = client.AllocID();
    client.OpenFont(id, name);
    const info = await ask<FontInfo>((reply) => client.QueryFont(id, reply));
    return {
      id,
      ascent: info.fontAscent,
      height: info.fontAscent + info.fontDescent,
      charWidth: info.maxBounds.characterWidth,
      isUnicode: name.endsWith("iso10646-1"),
      isTooThin: name === "fixed" && names !== FONTS.text,
    };
  }
  throw new Error(`the X server has none of the fonts ${names.join(", ")}`);
}

async function openColour({ client, ask, screen }: X11Connection, rgb: number): Promise<number> {
  // Sixteen bits each.
  const [red = 0, green = 0, blue = 0] = [16, 8, 0].map((shift) => ((rgb >> shift) & 0xff) * 0x101);
  const { pixel } = await ask<{ pixel: number }>((reply) =>
    client.AllocColor(screen.default_colormap, red, green, blue, reply),
  );
  return pixel;
}

import { afterEach, beforeEach, expect, test } from "vitest";
import { TestDisplay } from "../../testing/test-display.ts";
import { waitFor } from "../../testing/wait-for.ts";
import type { CursorShape } from "../input/input-sink.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import { cursorShape } from "./cursor-shape.ts";
import { X11Cursor } from "./x11-cursor.ts";

let server: TestDisplay;
let program: X11Connection;
let told: (CursorShape | null)[];
let cursor: X11Cursor;
beforeEach(async () => {
  server = await TestDisplay.start();
  program = await server.connect();
  told = [];
  cursor = await X11Cursor.open(await server.connect(), { changed: (shape) => told.push(shape) });
  await waitFor(() => expect(told).toHaveLength(1));
});
afterEach(async () => {
  cursor.close();
  await server.stop();
});

const BLACK = { R: 0, G: 0, B: 0 };
const RED = { R: 0xffff, G: 0, B: 0 };

/** Shows a glyph of the cursor font on the whole screen. */
function show(glyph: number): void {
  const { client, screen } = program;
  const [font, id] = [client.AllocID(), client.AllocID()];
  client.OpenFont(font, "cursor");
  client.CreateGlyphCursor(id, font, font, glyph, glyph + 1, RED, BLACK);
  client.ChangeWindowAttributes(screen.root, { cursor: id });
  client.CloseFont(font);
}

/** A cursor without a single pixel, as players hide it. */
function hide(): void {
  const { client, screen } = program;
  const [pixmap, gc, id] = [client.AllocID(), client.AllocID(), client.AllocID()];
  client.CreatePixmap(pixmap, screen.root, 1, 8, 8);
  client.CreateGC(gc, pixmap, { foreground: 0 });
  client.PolyFillRectangle(pixmap, gc, [0, 0, 8, 8]);
  client.CreateCursor(id, pixmap, pixmap, BLACK, BLACK, 0, 0);
  client.ChangeWindowAttributes(screen.root, { cursor: id });
}

const XTERM = 152;
const HAND = 60;

test("each change is told, the same picture under the same id, and a hidden pointer as none", async () => {
  show(XTERM);
  await waitFor(() => expect(told).toHaveLength(2));
  show(HAND);
  await waitFor(() => expect(told).toHaveLength(3));
  hide();
  await waitFor(() => expect(told).toHaveLength(4));
  show(XTERM);
  await waitFor(() => expect(told).toHaveLength(5));
  const [, text, hand, hidden, again] = told;
  expect(hidden).toBeNull();
  expect(again).toEqual(text);
  expect(hand?.id).not.toBe(text?.id);
  const colours = new Set<string>();
  for (let at = 0; at < (text?.rgba.length ?? 0); at += 4) colours.add(String(text?.rgba.subarray(at, at + 4)));
  expect(colours).toEqual(new Set(["0,0,0,0", "255,0,0,255", "0,0,0,255"]));
});

test("colours are told as they are, not multiplied by how opaque they are", () => {
  const cursorImage = Buffer.alloc(8);
  cursorImage.writeUInt32LE(0x80_40_20_00, 0);
  const shape = cursorShape({ width: 2, height: 1, xhot: 9, yhot: 0, cursorImage });
  expect([...(shape?.rgba ?? [])]).toEqual([128, 64, 0, 128, 0, 0, 0, 0]);
  expect(shape?.hotX).toBe(1);
  expect(cursorShape({ width: 1, height: 1, xhot: 0, yhot: 0, cursorImage: Buffer.alloc(4) })).toBeNull();
});

test("a picture of any size becomes one that can be drawn", () => {
  const shape = cursorShape({ width: 300, height: 2, xhot: 299, yhot: 1, cursorImage: Buffer.alloc(2_400, 0xff) });
  expect(shape).toMatchObject({ width: 256, height: 2, hotX: 255, hotY: 1 });
});

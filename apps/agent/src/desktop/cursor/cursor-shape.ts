/** A pointer's picture as XFixes gives it, made what browsers draw. Pure. */
import { createHash } from "node:crypto";
import type { CursorShape } from "../input/input-sink.ts";

interface CursorImage {
  width: number;
  height: number;
  xhot: number;
  yhot: number;
  /** A 32-bit number for each pixel, little-endian: alpha and the premultiplied colours. */
  cursorImage: Buffer;
}

/** Larger ones are pictures that a program put there; a viewer draws them no larger. */
const MAX_SIDE = 256;

/** `null` for a pointer that cannot be seen. */
export function cursorShape({ width, height, xhot, yhot, cursorImage }: CursorImage): CursorShape | null {
  const [shownWidth, shownHeight] = [Math.min(width, MAX_SIDE), Math.min(height, MAX_SIDE)];
  const rgba = new Uint8Array(shownWidth * shownHeight * 4);
  let isVisible = false;
  for (let y = 0; y < shownHeight; y += 1) {
    for (let x = 0; x < shownWidth; x += 1) {
      const pixel = cursorImage.readUInt32LE((y * width + x) * 4);
      const alpha = pixel >>> 24;
      if (alpha === 0) continue;
      isVisible = true;
      const straight = (shift: number) => Math.min(Math.round((((pixel >>> shift) & 0xff) * 255) / alpha), 255);
      rgba.set([straight(16), straight(8), straight(0), alpha], (y * shownWidth + x) * 4);
    }
  }
  if (!isVisible) return null;
  const shape = {
    hotX: Math.min(xhot, shownWidth - 1),
    hotY: Math.min(yhot, shownHeight - 1),
    width: shownWidth,
    height: shownHeight,
    rgba,
  };
  return { id: idOf(shape), ...shape };
}

/** The same for the same picture; 48 bits, so that JSON has it exactly. */
function idOf({ hotX, hotY, width, height, rgba }: Omit<CursorShape, "id">): number {
  const hash = createHash("sha256").update(`${hotX},${hotY},${width},${height};`).update(rgba).digest();
  return hash.readUIntBE(0, 6);
}

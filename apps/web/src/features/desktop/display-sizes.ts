import type { Size } from "./view-geometry.ts";

export const sizeWords = ({ width, height }: Size): string => `${width} × ${height}`;

/** The largest size that fits into the room; the smallest one where none does. */
export function closestSize(sizes: readonly Size[], room: Size): Size | undefined {
  const byArea = sizes.toSorted((one, other) => one.width * one.height - other.width * other.height);
  return byArea.findLast(({ width, height }) => width <= room.width && height <= room.height) ?? byArea[0];
}

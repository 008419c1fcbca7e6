import type { Frame } from "node-av/lib";

/** A picture of the screen, in the memory that FFmpeg read it into. */
export interface Picture {
  width: number;
  height: number;
  /** Four bytes a pixel: blue, green, red, and one of no meaning. To look into it costs as much as to convert it. */
  frame: Frame;
  /** Rows that may differ from the picture before this one; `to` is the first that does not. */
  changed: { from: number; to: number };
  /** Gives the memory back. */
  free(): void;
}

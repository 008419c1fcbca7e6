import type { TerminalSize } from "@sallyport/protocol";
import type { DrawnScreen } from "../../lib/saved-sessions.ts";

/** Text at the cursor that is not part of the screen: what will probably be echoed, or what waits to be sent. */
export interface CursorText {
  text: string;
  kind: "predicted" | "pending";
}

/** A terminal as a session sees it. Whatever is drawn is drawn in the order in which it was asked for. */
export interface TerminalScreen {
  readonly size: TerminalSize;
  /** Draws bytes and then calls `done`. What programs ask in old ones is not answered. */
  write(bytes: Uint8Array, isOld: boolean, done: () => void): void;
  /** Clears everything, also what has scrolled away. */
  clear(): void;
  /** Makes the screen usable for a new session, below what the last one left on it. */
  settle(): void;
  /** Draws a line of ours between the lines of programs. */
  remark(text: string): void;
  /** Draws what was saved. */
  restore(drawn: DrawnScreen): void;
  /** What is drawn now, to be drawn again later. */
  save(): DrawnScreen;
  setCursorText(text: CursorText | undefined): void;
  /** Where the next character would appear, and whether anything stands behind it. */
  cursor(): { column: number; columns: number; lineRestIsBlank: boolean };
  readonly isAlternate: boolean;
}

/** What a terminal needs of a session, and all it knows of it. */
export interface TerminalChannel {
  type(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** Begins to draw on this screen; returns how to stop. */
  drawOn(screen: TerminalScreen): () => void;
}

/** Where a viewer's pointer and keys go. */
import type { DesktopDisplay, DesktopInput } from "@sallyport/protocol";

/** Those of a viewer's messages that are pointer or keys. */
export type InputEvent = Extract<DesktopInput, { type: "pointer" | "motion" | "wheel" | "key" | "text" | "release" }>;

export interface InputSink {
  /** Pointer positions are in pixels of this display. In the order of the calls; never throws. */
  handle(event: InputEvent, display: DesktopDisplay): void;
  /** Lets everything go that this viewer holds down, and takes no more. */
  close(): void;
}

export interface ClipboardEvents {
  /** Somebody at the machine copied text. */
  copied(text: string): void;
  /** It was more than CLIPBOARD_BYTES, and is not passed on; `bytes` is a lower bound. */
  tooLarge(bytes: number): void;
}

export interface Clipboard {
  /** The viewer copied this: programs of the machine can paste it. */
  offer(text: string): void;
  close(): void;
}

export interface CursorShape {
  /** Of the picture; the same picture has the same. */
  id: number;
  hotX: number;
  hotY: number;
  width: number;
  height: number;
  /** Not premultiplied RGBA, row by row. */
  rgba: Uint8Array;
}

export interface CursorEvents {
  /** `null` when the pointer is hidden. */
  changed(shape: CursorShape | null): void;
}

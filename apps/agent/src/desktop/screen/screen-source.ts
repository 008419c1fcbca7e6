/** Where pictures of a screen come from. X11 today; Wayland, Windows and macOS are other implementations. */
import type { DesktopDisplay } from "@sallyport/protocol";

export interface ScreenEvents {
  /** Something on the display that is shown looks different: a frame would tell something new. */
  damaged(area: { x: number; y: number; width: number; height: number }): void;
  /** Displays came, went, or changed their size or place. */
  displaysChanged(): void;
  /** It cannot go on, as when the X server ended. Once, and nothing after it. */
  failed(reason: string): void;
}

/** @template Frame a picture in whatever form the encoder of this platform takes; the caller frees it */
export interface ScreenSource<Frame> {
  displays(): readonly DesktopDisplay[];
  /** The sizes that `resize` takes for a display; empty where it cannot. */
  resolutions(displayId: string): readonly { width: number; height: number }[];
  /** From now on events and frames are of this display. */
  show(displayId: string): Promise<void>;
  /** The screen as it is now. Not while another one is under way. */
  grab(): Promise<Frame>;
  /** @throws Error in words for the viewer */
  resize(displayId: string, size: { width: number; height: number }): Promise<void>;
  close(): void;
}

/** @throws Error in words that name what is missing and the command that installs it */
export type OpenScreen<Frame> = (events: ScreenEvents) => Promise<ScreenSource<Frame>>;

/** What a desktop is made of on this platform: on Linux, an X display. */
import { reasonOf } from "../platform/one-line.ts";
import { type DisplayPlace, findDisplay } from "./display/find-display.ts";
import type { Clipboard, ClipboardEvents, CursorEvents, InputSink } from "./input/input-sink.ts";
import { loadNodeAv } from "./load-node-av.ts";
import { OwnModes } from "./screen/own-modes.ts";
import type { Picture } from "./screen/picture.ts";
import { RandR } from "./screen/randr.ts";
import type { OpenScreen } from "./screen/screen-source.ts";
import { openX11Screen } from "./screen/x11-screen.ts";
import type { FromDesktop, ToDesktop } from "./worker-messages.ts";
import { openX11 } from "./x11/x11-connection.ts";
import { X11Desktop } from "./x11-desktop.ts";

type ConsentOutcome = Extract<FromDesktop, { type: "consent" }>["outcome"];
type Question = Pick<Extract<ToDesktop, { type: "ask" }>, "session_type" | "viewer_email" | "seconds">;

export interface DesktopPlatform {
  /** Why no desktop can be shown, in words that help; null when one can. */
  unavailable(): Promise<string | null>;
  openScreen: OpenScreen<Picture>;
  /** No viewer is left: resolutions that they chose become those of before. */
  restoreResolutions(): Promise<void>;
  openInput(): Promise<InputSink>;
  openClipboard(events: ClipboardEvents): Promise<Clipboard>;
  /** The shape of the pointer: at once, and whenever it changes. */
  openCursor(events: CursorEvents): Promise<{ close(): void }>;
  /** Asks the person at the machine, until answered, timed out, or taken back by `signal`. */
  ask(question: Question, signal: AbortSignal): Promise<ConsentOutcome>;
  /** Says on the screen who looks at it, until closed. `end` when the person there ends it. */
  showIndicator(viewerEmail: string, events: { end(): void }): Promise<{ close(): void }>;
}

/** @param place where the display is looked for; each time anew, for displays come and go */
export function linuxPlatform(place: DisplayPlace): DesktopPlatform {
  const find = () => findDisplay(place);
  const desktop = new X11Desktop(find);
  const ownModes = new OwnModes();
  const openScreen: OpenScreen<Picture> = async (events) => {
    const { display, xauthority } = await find();
    // The library that reads the screen finds the cookie nowhere else.
    if (xauthority !== undefined) process.env.XAUTHORITY = xauthority;
    return openX11Screen({ display, xauthority, ownModes }, events);
  };
  return {
    unavailable: async () => {
      try {
        await loadNodeAv();
        const screen = await openScreen({ damaged: () => {}, displaysChanged: () => {}, failed: () => {} });
        screen.close();
        return null;
      } catch (error) {
        return reasonOf(error);
      }
    },
    openScreen,
    restoreResolutions: async () => {
      if (ownModes.isEmpty) return;
      const { display, xauthority } = await find();
      const connection = await openX11(display, { xauthority });
      try {
        const randr = await RandR.open(connection);
        if (randr) await ownModes.putBack(randr);
      } finally {
        connection.close();
      }
    },
    openInput: () => desktop.openInput(),
    openClipboard: (events) => desktop.openClipboard(events),
    openCursor: (events) => desktop.openCursor(events),
    ask: (question, signal) => desktop.ask(question, signal),
    showIndicator: (viewerEmail, events) => desktop.showIndicator(viewerEmail, events),
  };
}

/** What a desktop is made of on this platform: on Linux, an X display. */

import { reasonOf } from "../platform/one-line.ts";
import type { Clipboard, ClipboardEvents, CursorEvents, InputSink } from "./input/input-sink.ts";
import { loadNodeAv } from "./load-node-av.ts";
import type { Picture } from "./screen/picture.ts";
import type { OpenScreen } from "./screen/screen-source.ts";
import { openX11Screen } from "./screen/x11-screen.ts";
import type { FromDesktop, ToDesktop } from "./worker-messages.ts";

export type ConsentOutcome = Extract<FromDesktop, { type: "consent" }>["outcome"];
export type Question = Pick<Extract<ToDesktop, { type: "ask" }>, "session_type" | "viewer_email" | "seconds">;

export interface DesktopPlatform {
  /** Why no desktop can be shown, in words that help; null when one can. */
  unavailable(): Promise<string | null>;
  openScreen: OpenScreen<Picture>;
  openInput(): Promise<InputSink>;
  openClipboard(events: ClipboardEvents): Promise<Clipboard>;
  /** The shape of the pointer: at once, and whenever it changes. */
  openCursor(events: CursorEvents): Promise<{ close(): void }>;
  /** Asks the person at the machine, until answered, timed out, or taken back by `signal`. */
  ask(question: Question, signal: AbortSignal): Promise<ConsentOutcome>;
  /** Says on the screen who looks at it, until closed. `end` when the person there ends it. */
  showIndicator(viewerEmail: string, events: { end(): void }): Promise<{ close(): void }>;
}

/** @param environment where the display is found: DISPLAY and XAUTHORITY */
export function linuxPlatform(environment: NodeJS.ProcessEnv): DesktopPlatform {
  const display = environment.DISPLAY ?? "";
  return {
    unavailable: async () => {
      if (display === "") return "there is no screen: nobody is signed in to a graphical desktop (DISPLAY is not set)";
      try {
        await loadNodeAv();
        const screen = await openX11Screen(display)({ damaged: () => {}, displaysChanged: () => {}, failed: () => {} });
        screen.close();
        return null;
      } catch (error) {
        return reasonOf(error);
      }
    },
    openScreen: openX11Screen(display),
    openInput: async () => ({ handle: () => {}, close: () => {} }),
    openClipboard: async () => ({ offer: () => {}, close: () => {} }),
    openCursor: async () => ({ close: () => {} }),
    ask: async () => "nobody_there",
    showIndicator: async () => ({ close: () => {} }),
  };
}

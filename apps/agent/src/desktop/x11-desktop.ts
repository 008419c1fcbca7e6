/**
 * An X display as a desktop: what its viewers type, copy and see of the pointer, and what the person in front of it is
 * asked and told. All viewers share one keyboard and one indicator; what a viewer has for itself has its own connection.
 */

import { X11Clipboard } from "./clipboard/x11-clipboard.ts";
import { X11Cursor } from "./cursor/x11-cursor.ts";
import { decideInputPassed } from "./decide-input-passed.ts";
import type { FoundDisplay } from "./display/find-display.ts";
import type { Clipboard, ClipboardEvents, CursorEvents, InputSink } from "./input/input-sink.ts";
import { X11Input } from "./input/x11-input.ts";
import { askPresence } from "./presence/ask-presence.ts";
import type { Presence } from "./presence/decide-presence.ts";
import { X11Indicator } from "./prompt/x11-indicator.ts";
import { X11Prompts } from "./prompt/x11-prompt.ts";
import { openX11, type X11Connection } from "./x11/x11-connection.ts";

export interface DesktopQuestion {
  viewer_email: string;
  seconds: number;
  /** What the viewer could do besides seeing the screen; everything if undefined. */
  rights?: { input: boolean; clipboard: boolean };
}

type Outcome = "granted" | "refused" | "timed_out" | "nobody_there" | "locked";

export class X11Desktop {
  readonly #find: () => Promise<FoundDisplay>;
  readonly #prompts: X11Prompts;
  readonly #input = new Shared(async (lost) => X11Input.open(await this.#connect(lost)));
  readonly #indicator = new Shared(async (lost) => X11Indicator.open(await this.#connect(lost)));

  /** @param find which display it is; asked each time, for displays come and go */
  constructor(find: () => Promise<FoundDisplay>) {
    this.#find = find;
    this.#prompts = new X11Prompts((lost) => this.#connect(lost));
  }

  async #connect(lost?: () => void): Promise<X11Connection> {
    const { display, xauthority } = await this.#find();
    return openX11(display, { xauthority: xauthority ?? "", ...(lost && { lost }) });
  }

  /** @throws Error in words, as all of these do when there is no display */
  async openInput(): Promise<InputSink> {
    const { value: input, release } = await this.#input.use();
    const sink = input.sink();
    let isClosed = false;
    return {
      handle: (event, display) => {
        const passed = decideInputPassed(event, { isPromptUp: this.#prompts.isUp });
        if (passed) sink.handle(passed, display);
      },
      close: () => {
        if (isClosed) return;
        isClosed = true;
        sink.close();
        release();
      },
    };
  }

  async openClipboard(events: ClipboardEvents): Promise<Clipboard> {
    return X11Clipboard.open(await this.#connect(), events);
  }

  async openCursor(events: CursorEvents): Promise<{ close(): void }> {
    return X11Cursor.open(await this.#connect(), events);
  }

  /** Asks the person at the machine, if somebody seems to be there, until answered or taken back by `signal`. */
  async ask({ viewer_email, seconds, rights }: DesktopQuestion, signal: AbortSignal): Promise<Outcome> {
    const presence = await this.presence();
    if (presence !== "there") return presence;
    const all = { input: true, clipboard: true };
    return this.#prompts.ask({ viewerEmail: viewer_email, seconds, rights: rights ?? all }, signal);
  }

  /** Says on the screen who sees it, until closed. */
  async showIndicator(viewerEmail: string, { end }: { end(): void }): Promise<{ close(): void }> {
    const { value: indicator, release } = await this.#indicator.use();
    const remove = indicator.add({ email: viewerEmail, end });
    return {
      close: () => {
        remove();
        release();
      },
    };
  }

  /** Whether somebody is there who can be asked. */
  async presence(): Promise<Presence> {
    const found = await this.#find().catch(() => undefined);
    if (!found) return "nobody_there";
    const connection = await openX11(found.display, { xauthority: found.xauthority ?? "" }).catch(() => undefined);
    if (!connection) return "nobody_there";
    return askPresence(connection, found).finally(() => connection.close());
  }

  /** While the person is being asked nothing of any viewer's input is passed on. */
  get isPromptUp(): boolean {
    return this.#prompts.isUp;
  }
}

/** Something that several use: opened for the first of them, closed after the last one, opened anew when it was lost. */
class Shared<Value extends { close(): void }> {
  readonly #open: (lost: () => void) => Promise<Value>;
  #current: { value: Promise<Value>; users: number } | undefined;

  constructor(open: (lost: () => void) => Promise<Value>) {
    this.#open = open;
  }

  async use(): Promise<{ value: Value; release(): void }> {
    const current = this.#current ?? { value: this.#open(() => this.#forget(current)), users: 0 };
    this.#current = current;
    current.users += 1;
    let isUsed = true;
    const release = () => {
      if (!isUsed) return;
      isUsed = false;
      current.users -= 1;
      if (current.users > 0) return;
      this.#forget(current);
      void current.value.then((value) => value.close()).catch(() => {});
    };
    try {
      return { value: await current.value, release };
    } catch (error) {
      this.#forget(current);
      throw error;
    }
  }

  #forget(which: unknown): void {
    if (this.#current === which) this.#current = undefined;
  }
}

import type { TerminalSize } from "@sallyport/protocol";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { SerializeAddon } from "@xterm/addon-serialize";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { type IDisposable, Terminal } from "@xterm/xterm";
import type { DrawnScreen } from "../../lib/saved-sessions.ts";
import { chooseRenderer, type Renderer } from "./choose-renderer.ts";
import { CursorOverlay } from "./cursor-overlay.ts";
import { clipboardWrite, safeTitle } from "./hostile-text.ts";
import { KeptModes } from "./kept-modes.ts";
import { type HeldKey, heldText, isTyped, type PhoneKey, pressedText } from "./phone-keys.ts";
import { prepareElements } from "./prepare-elements.ts";
import { quietReports } from "./quiet-reports.ts";
import type { CursorText, TerminalChannel, TerminalScreen } from "./terminal-channel.ts";
import { isPageKey } from "./terminal-keys.ts";
import { type Look, optionsFor } from "./terminal-look.ts";
import { searchMarks } from "./terminal-theme.ts";
import { lastBytes, unfinishedTail } from "./unfinished-tail.ts";

export interface ShellTerminalEvents {
  title(title: string): void;
  /** A link in plain sight was pressed. */
  link(address: string): void;
  /** A link behind other words was pressed: ask first. */
  hiddenLink(address: string): void;
  selected(text: string): void;
  /** A program wants the clipboard to hold this, and the settings let it. */
  programCopied(text: string): void;
  searched(found: { at: number; of: number }): void;
  /** The keys that were held are let go: one was typed. */
  letGo(): void;
}

/** Programs see a new size when the window has rested, not at every pixel. */
const RESIZE_REST_MS = 80;
const SCROLLBACK_LINES = 10_000;
/** How much of it is saved over a reload; less when each line is long or colourful. */
const SAVED_LINES = [1_000, 250, 0];
const SAVED_CHARS = 1024 * 1024;

/** Ends a sequence that a program left unfinished. */
const CANCEL = "\x18";
/** Back from the other screen, to where the cursor was before it; on the first screen this would move the cursor. */
const LEAVE_OTHER_SCREEN = "\x1b[?1049l";
/** No mouse reports, bracketed paste, scroll region or colours; a cursor that is seen, on a new line. */
const SETTLE = "\x1b[!p\x1b[?9;1000;1002;1003;1004;1006;2004l\x1b[?25h\x1b[0m\r\n";

/** Everything anew: modes, colours, both screens, scrollback. */
const FULL_RESET = Uint8Array.from([0x18, 0x1b, 0x63]);

prepareElements();

const encoder = new TextEncoder();

/** xterm.js with what we add to it, in one object with one end. Knows nothing of networks or of React. */
export class ShellTerminal implements TerminalScreen {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #serialize = new SerializeAddon();
  readonly #keptModes: KeptModes;
  readonly #overlay: CursorOverlay;
  readonly #observer: ResizeObserver;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #channel: TerminalChannel | undefined;
  readonly #events: ShellTerminalEvents;
  #held: readonly HeldKey[] = [];
  #look: Look;
  #used = false;
  #deaf = true;
  /** What is being drawn now was drawn before, or is older than this page. */
  #isOld = false;
  #tail = new Uint8Array(0);
  /** Leaving the other screen would only move the cursor of this one. */
  #staysOnScreen = false;

  constructor(element: HTMLElement, look: Look, renderer: Renderer, events: ShellTerminalEvents) {
    this.#look = look;
    this.#events = events;
    this.#terminal = new Terminal({
      // For our own calls (character widths, search marks), not for what a program may send.
      allowProposedApi: true,
      scrollback: SCROLLBACK_LINES,
      cursorBlink: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-code"),
      lineHeight: 1.15,
      macOptionClickForcesSelection: true,
      linkHandler: { activate: (_, address) => events.hiddenLink(address), allowNonHttpProtocols: false },
      ...optionsFor(look, this.#deaf),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.loadAddon(this.#serialize);
    this.#terminal.loadAddon(new WebLinksAddon((_, address) => events.link(address)));
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = "11";
    this.#terminal.attachCustomKeyEventHandler((event) => !isPageKey(event));

    this.#terminal.open(element);
    chooseRenderer(this.#terminal, renderer, () => this.#fitSoon());
    // After the renderer: the two measure a cell differently.
    this.#fit.fit();
    this.#observer = new ResizeObserver(() => this.#fitSoon());
    this.#observer.observe(element);

    quietReports(this.#terminal, () => this.#isOld);
    this.#keptModes = new KeptModes(this.#terminal);
    this.#overlay = new CursorOverlay(this.#terminal);
    this.#terminal.parser.registerCsiHandler({ prefix: "?", final: "l" }, () => this.#staysOnScreen);
    this.#terminal.onTitleChange((title) => events.title(safeTitle(title)));
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      events.searched({ at: resultIndex + 1, of: resultCount }),
    );
    this.#terminal.parser.registerOscHandler(52, (data) => {
      const text = this.#look.programsMayCopy ? clipboardWrite(data) : undefined;
      if (text !== undefined) events.programCopied(text);
      return true;
    });
    element.addEventListener("mousedown", () => {
      // The button may be let go outside of the terminal.
      const onUp = () => this.#terminal.hasSelection() && events.selected(this.#terminal.getSelection());
      document.addEventListener("mouseup", onUp, { once: true });
    });
  }

  /** Joins a session to the screen; returns how to leave it. */
  attach(channel: TerminalChannel): () => void {
    const terminal = this.#terminal;
    const listeners: IDisposable[] = [
      terminal.onData((text) => channel.type(encoder.encode(this.#withHeld(text)))),
      // Old mouse reports: one byte per character, not UTF-8.
      terminal.onBinary((text) => channel.type(Uint8Array.from(text, (char) => char.charCodeAt(0)))),
      terminal.onResize((size) => channel.resize(size)),
    ];
    const leave = channel.drawOn(this);
    this.#channel = channel;
    return () => {
      leave();
      this.#channel = undefined;
      for (const listener of listeners) listener.dispose();
    };
  }

  get size(): TerminalSize {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** Bytes stay bytes: a character may be cut between two pieces, and xterm.js waits for its rest. */
  write(bytes: Uint8Array, isOld: boolean, done: () => void): void {
    const terminal = this.#terminal;
    this.#used = true;
    // Called when what was written before is drawn, and before this is.
    terminal.write("", () => {
      this.#isOld = isOld;
    });
    terminal.write(bytes, () => {
      this.#isOld = false;
      this.#tail = lastBytes(this.#tail, bytes);
      done();
    });
  }

  clear(): void {
    this.#terminal.write(FULL_RESET, () => {
      this.#tail = new Uint8Array(0);
    });
  }

  /** Makes the screen usable after whatever the last session left on it, once all of that is drawn. */
  settle(): void {
    if (!this.#used) return;
    const terminal = this.#terminal;
    terminal.write(CANCEL, () => {
      this.#staysOnScreen = !this.isAlternate;
    });
    terminal.write(LEAVE_OTHER_SCREEN, () => {
      this.#staysOnScreen = false;
    });
    terminal.write(SETTLE);
  }

  remark(text: string): void {
    this.#terminal.write(`${CANCEL}\x1b[0;2m\r\n[… ${text} …]\x1b[0m\r\n`);
  }

  restore({ text, tail, cols, rows }: DrawnScreen): void {
    const terminal = this.#terminal;
    this.#used = true;
    // Lines are wrapped as they were, and then anew.
    terminal.resize(cols, rows);
    terminal.write(text);
    this.write(
      Uint8Array.from(tail, (char) => char.charCodeAt(0)),
      true,
      () => this.#fitSoon(),
    );
  }

  save(): DrawnScreen {
    const tail = String.fromCharCode(...unfinishedTail(this.#tail));
    const modes = this.#keptModes.toText();
    let text = "";
    for (const scrollback of SAVED_LINES) {
      text = this.#serialize.serialize({ scrollback }) + modes;
      if (text.length <= SAVED_CHARS) break;
    }
    return { text, tail, ...this.size };
  }

  setCursorText(text: CursorText | undefined): void {
    this.#overlay.show(text);
  }

  cursor(): { column: number; columns: number; lineRestIsBlank: boolean } {
    const { active } = this.#terminal.buffer;
    const line = active.getLine(active.baseY + active.cursorY);
    const rest = line?.translateToString(true, active.cursorX) ?? "";
    return { column: active.cursorX, columns: this.#terminal.cols, lineRestIsBlank: rest.trim() === "" };
  }

  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  setLook(look: Look): void {
    this.#look = look;
    this.#applyLook();
    this.#fitSoon();
  }

  /** `deaf`, without a cursor, while there is no session to type to. */
  setTyping(to: "session" | "deaf"): void {
    this.#deaf = to === "deaf";
    this.#applyLook();
    if (this.#deaf) return;
    // The bar that said why nothing could be typed is gone, and the program is attached to at this very moment.
    this.#fit.fit();
    this.#channel?.resize(this.size);
  }

  #applyLook(): void {
    Object.assign(this.#terminal.options, optionsFor(this.#look, this.#deaf));
  }

  find(text: string, direction: "next" | "previous", typing = false): void {
    const options = { decorations: searchMarks(this.#look.dark), incremental: typing };
    if (direction === "next") this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  stopFinding(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
    this.focus();
  }

  selection(): string {
    return this.#terminal.getSelection();
  }

  clearSelection(): void {
    this.#terminal.clearSelection();
  }

  /** Whether the program wants the mouse for itself. */
  reportsMouse(): boolean {
    return this.#terminal.modes.mouseTrackingMode !== "none";
  }

  /** Until the next key: keys of a phone's row that stay down. */
  hold(held: readonly HeldKey[]): void {
    this.#held = held;
  }

  /** A key of a phone's row. */
  press(key: PhoneKey): void {
    const text = pressedText(key, {
      held: this.#held,
      applicationCursor: this.#terminal.modes.applicationCursorKeysMode,
    });
    this.#letGo();
    this.#terminal.input(text);
  }

  #withHeld(text: string): string {
    if (this.#held.length === 0 || !isTyped(text)) return text;
    const held = this.#held;
    this.#letGo();
    return heldText(text, held);
  }

  #letGo(): void {
    if (this.#held.length === 0) return;
    this.#held = [];
    this.#events.letGo();
  }

  paste(text: string): void {
    this.#terminal.paste(text);
  }

  focus(): void {
    this.#terminal.focus();
  }

  dispose(): void {
    clearTimeout(this.#resting);
    this.#observer.disconnect();
    this.#terminal.dispose();
  }

  #fitSoon(): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#fit.fit(), RESIZE_REST_MS);
  }
}

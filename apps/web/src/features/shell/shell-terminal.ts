import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { type IDisposable, Terminal } from "@xterm/xterm";
import { chooseRenderer, type Renderer } from "./choose-renderer.ts";
import { clipboardWrite, safeTitle } from "./hostile-text.ts";
import { prepareElements } from "./prepare-elements.ts";
import { quietReports } from "./quiet-reports.ts";
import type { TerminalChannel } from "./terminal-channel.ts";
import { isPageKey } from "./terminal-keys.ts";
import { type Look, optionsFor } from "./terminal-look.ts";
import { searchMarks } from "./terminal-theme.ts";

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
}

/** Programs see a new size when the window has rested, not at every pixel. */
const RESIZE_REST_MS = 80;
const SCROLLBACK_LINES = 10_000;

/** Ends a sequence that a program left unfinished. */
const CANCEL = "\x18";
/** Back from the other screen, to where the cursor was before it; on the first screen this would move the cursor. */
const LEAVE_OTHER_SCREEN = "\x1b[?1049l";
/** No mouse reports, bracketed paste, scroll region or colours; a cursor that is seen, on a new line. */
const SETTLE = "\x1b[!p\x1b[?9;1000;1002;1003;1004;1006;2004l\x1b[?25h\x1b[0m\r\n";

prepareElements();

const encoder = new TextEncoder();

/** xterm.js with what we add to it, in one object with one end. Knows nothing of networks or of React. */
export class ShellTerminal {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #observer: ResizeObserver;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #look: Look;
  #used = false;
  #deaf = true;

  constructor(element: HTMLElement, look: Look, renderer: Renderer, events: ShellTerminalEvents) {
    this.#look = look;
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

    quietReports(this.#terminal);
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

  /** Joins a session to the screen, below the output of the one before; returns how to leave it. */
  attach(channel: TerminalChannel): () => void {
    const terminal = this.#terminal;
    const ending: (() => void)[] = [];
    let left = false;
    channel.resize({ cols: terminal.cols, rows: terminal.rows });
    const listeners: IDisposable[] = [
      terminal.onData((text) => channel.type(encoder.encode(text))),
      // Old mouse reports: one byte per character, not UTF-8.
      terminal.onBinary((text) => channel.type(Uint8Array.from(text, (char) => char.charCodeAt(0)))),
      terminal.onResize((size) => channel.resize(size)),
    ];
    this.#settle(() => {
      if (left) return;
      // Acknowledge when drawn, not when received, so that a slow tab slows the shell. Bytes stay bytes: a character
      // may be cut between two frames, and xterm.js waits for its rest.
      ending.push(channel.listen((bytes) => terminal.write(bytes, () => channel.drawn(bytes.length))));
    });
    return () => {
      left = true;
      for (const end of ending) end();
      for (const listener of listeners) listener.dispose();
    };
  }

  /** Makes the screen usable after whatever the last session left on it, once all of that is drawn. */
  #settle(then: () => void): void {
    const terminal = this.#terminal;
    if (!this.#used) {
      this.#used = true;
      return then();
    }
    terminal.write(CANCEL, () => {
      terminal.write((terminal.buffer.active.type === "alternate" ? LEAVE_OTHER_SCREEN : "") + SETTLE);
      then();
    });
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

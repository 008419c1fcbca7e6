import type { Terminal } from "@xterm/xterm";

/** Lasting modes that the serializer does not write down: the cursor's looks, and how the mouse is told. */
const UNWRITTEN = new Set([12, 25, 1005, 1006, 1007, 1015, 1016]);

/** Remembers what a terminal is told and does not tell again, for whoever draws its screen anew. */
export class KeptModes {
  readonly #terminal: Terminal;
  readonly #modes = new Map<number, "h" | "l">();
  #region: [top: number, bottom: number] | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    const { parser } = terminal;
    for (const final of ["h", "l"] as const) {
      parser.registerCsiHandler({ prefix: "?", final }, (params) => {
        for (const mode of params.flat()) if (UNWRITTEN.has(mode)) this.#modes.set(mode, final);
        return false;
      });
    }
    parser.registerCsiHandler({ final: "r" }, ([top = 1, bottom = 0]) => {
      this.#region = [Number(top), Number(bottom)];
      return false;
    });
    const forget = () => {
      this.#modes.clear();
      this.#region = undefined;
      return false;
    };
    parser.registerEscHandler({ final: "c" }, forget);
    parser.registerCsiHandler({ intermediates: "!", final: "p" }, forget);
    terminal.onResize(() => {
      this.#region = undefined;
    });
    // Each screen has a region of its own, and a program that changes screens sets it anew.
    terminal.buffer.onBufferChange(() => {
      this.#region = undefined;
    });
  }

  /** What brings another terminal into these modes, and its cursor to where it was. */
  toText(): string {
    const { buffer, cols, modes } = this.#terminal;
    const { cursorX, cursorY } = buffer.active;
    const written = [...this.#modes].map(([mode, final]) => `\x1b[?${mode}${final}`).join("");
    const [top, bottom] = this.#region ?? [];
    if (top === undefined && !modes.originMode) return written;
    const region = top === undefined ? "" : `\x1b[${top};${bottom || ""}r`;
    const originMode = modes.originMode ? "\x1b[?6h" : "";
    const row = cursorY + 1 - (modes.originMode ? Math.max(1, top ?? 1) - 1 : 0);
    return `${region}${originMode}${written}\x1b[${row};${Math.min(cursorX, cols - 1) + 1}H`;
  }
}

import type { Terminal } from "@xterm/xterm";
import type { CursorText } from "./terminal-channel.ts";

const LOOKS: Record<CursorText["kind"], string> = { predicted: "text-ink", pending: "text-ink-2 italic" };

/**
 * Text that stands at the cursor without being on the screen. It is an element above the terminal's own, so that no
 * program, search, copy or saved screen ever meets it.
 */
export class CursorOverlay {
  readonly #terminal: Terminal;
  readonly #element = document.createElement("div");
  #shown: CursorText | undefined;
  #drawn = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#element.setAttribute("aria-hidden", "true");
    this.#element.dataset.cursorText = "";
    terminal.onRender(() => this.#place());
    terminal.onScroll(() => this.#place());
  }

  show(text: CursorText | undefined): void {
    this.#shown = text;
    this.#place();
  }

  #place(): void {
    const terminal = this.#terminal;
    const screen = terminal.element?.querySelector<HTMLElement>(".xterm-screen");
    const { active } = terminal.buffer;
    const room = terminal.cols - active.cursorX;
    const text = fitLine(this.#shown?.text ?? "", room);
    // Somebody who reads what has scrolled away sees another part of the screen.
    if (!screen || !this.#shown || text === "" || active.viewportY !== active.baseY) return this.#element.remove();
    const width = screen.clientWidth / terminal.cols;
    const height = screen.clientHeight / terminal.rows;
    this.#draw(text, width);
    const { style } = this.#element;
    this.#element.className = `pointer-events-none absolute z-10 flex whitespace-pre bg-(--terminal) underline decoration-dotted underline-offset-2 ${LOOKS[this.#shown.kind]}`;
    style.left = `${active.cursorX * width}px`;
    style.top = `${active.cursorY * height}px`;
    style.height = `${height}px`;
    style.lineHeight = `${height}px`;
    style.fontFamily = terminal.options.fontFamily ?? "";
    style.fontSize = `${terminal.options.fontSize ?? 14}px`;
    if (!this.#element.isConnected) screen.append(this.#element);
  }

  #draw(text: string, cellWidth: number): void {
    const drawn = `${cellWidth} ${text}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const cells = [...text].map((char) => {
      const cell = document.createElement("span");
      cell.style.width = `${cellWidth}px`;
      cell.textContent = char;
      return cell;
    });
    this.#element.replaceChildren(...cells);
  }
}

/** As much as there is room for on the line, with an ellipsis when that is not all. */
export function fitLine(text: string, room: number): string {
  const chars = [...text];
  if (chars.length <= room) return text;
  return room < 2 ? "" : `${chars.slice(0, room - 1).join("")}…`;
}

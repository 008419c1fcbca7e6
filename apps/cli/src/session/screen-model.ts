import type { TerminalSize } from "@sallyport/protocol";
import type { Terminal } from "@xterm/headless";

/** Output that is kept to find out what the screen shows; a full screen with a colour for each cell has half of it. */
const KEPT_BYTES = 256 * 1024;
/** Kept pieces are let go together, so that keeping costs nothing per piece. */
const SLACK_BYTES = 64 * 1024;

/**
 * Knows what the terminal shows, for when we must draw over it or guess what comes next. Nothing is parsed until somebody
 * asks: until then the end of the output is kept as it came. What a program drew long before that is not known.
 */
export class ScreenModel {
  #size: TerminalSize;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #terminal: Terminal | undefined;

  constructor(size: TerminalSize) {
    this.#size = size;
  }

  /** It follows the output from now on, and `terminal` can be asked. */
  get terminal(): Terminal | undefined {
    return this.#terminal;
  }

  write(bytes: Uint8Array, parsed?: () => void): void {
    if (this.#terminal) return this.#terminal.write(bytes, parsed);
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
    if (this.#keptBytes > KEPT_BYTES + SLACK_BYTES) this.#forget();
    parsed?.();
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#terminal?.resize(size.cols, size.rows);
  }

  /** The terminal was cleared and put into its first state. */
  clear(): void {
    this.#kept = [];
    this.#keptBytes = 0;
    // Behind what it has not parsed yet; `reset` would overtake that.
    this.#terminal?.write("\x1bc");
  }

  /** Follows the output from now on, so that `terminal` can be asked at any time. */
  async follow(): Promise<void> {
    const terminal = await newTerminal(this.#size, []);
    // What came while it was loaded is kept, too.
    for (const bytes of this.#take()) terminal.write(bytes);
    terminal.resize(this.#size.cols, this.#size.rows);
    this.#terminal = terminal;
  }

  /** Bytes that draw the screen on an empty first screen, and where its cursor is. Nothing may be written meanwhile. */
  async draw(): Promise<{ bytes: string; cursor: string }> {
    const terminal = this.#terminal ?? (await newTerminal(this.#size, this.#kept));
    await new Promise<void>((resolve) => terminal.write("", resolve));
    const { SerializeAddon } = await import("@xterm/addon-serialize");
    const serializer = new SerializeAddon();
    // Written for the terminal of the browser; it uses nothing that the one without a display lacks.
    serializer.activate(terminal as unknown as Parameters<typeof serializer.activate>[0]);
    const bytes = serializer.serialize({ scrollback: 0 });
    const { cursorX, cursorY } = terminal.buffer.active;
    if (terminal !== this.#terminal) terminal.dispose();
    return { bytes, cursor: `\x1b[${cursorY + 1};${Math.min(cursorX, this.#size.cols - 1) + 1}H` };
  }

  dispose(): void {
    this.#terminal?.dispose();
  }

  #forget(): void {
    while (this.#keptBytes > KEPT_BYTES) this.#keptBytes -= this.#kept.shift()?.length ?? 0;
  }

  #take(): Uint8Array[] {
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    return kept;
  }
}

async function newTerminal(size: TerminalSize, output: readonly Uint8Array[]): Promise<Terminal> {
  // A CommonJS bundle, whose names Node cannot see from outside.
  const headless = (await import("@xterm/headless")) as unknown as { default: typeof import("@xterm/headless") };
  const terminal = new headless.default.Terminal({ ...size, scrollback: 0, allowProposedApi: true, logLevel: "off" });
  for (const bytes of output) terminal.write(bytes);
  return terminal;
}

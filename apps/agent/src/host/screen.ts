/**
 * Draws the screen of a session for a viewer that comes new: a terminal without a display reads what is kept of the
 * output, and what it then shows is written down as bytes.
 *
 * What it cannot know is what was forgotten: parts of the screen that a program drew long ago stay blank until it draws
 * them again. The modes it set are known, see `PrivateModes`. Scrollback is left out; a viewer may ask for the output
 * itself instead. Questions in the output (what terminal are you?) are answered by nobody here.
 */
import { OUTPUT_FRAME_BYTES, SCREEN_BYTES, type TerminalSize } from "@sallyport/protocol";
import type { SerializeAddon } from "@xterm/addon-serialize";
import type { Terminal } from "@xterm/headless";
import type { PrivateModes } from "./private-modes.ts";
import { drawBuffer, positionCursor, setModes } from "./screen-parts.ts";
import { unfinishedTail } from "./unfinished-tail.ts";

/** A run of output, and the modes that the terminal was in when it began. */
export interface Past {
  bytes: readonly Uint8Array[];
  modes: PrivateModes;
}

export type DrawScreen = (past: Past, size: TerminalSize, signal: AbortSignal) => Promise<Uint8Array[] | undefined>;

/** The terminal looks at the clock after each of these, and lets others run for a moment every 12 ms. */
const WRITE_BYTES = 4 * 1024;
/** Whether the screen is still wanted is asked after this many. */
const BATCH_WRITES = 64;

/**
 * Returns the bytes that draw the screen on a terminal which was reset, in pieces of at most one frame; undefined when
 * `signal` said meanwhile that nobody wants them any more. `limitBytes` keeps the lower part of a screen that is larger.
 */
export async function drawScreen(
  past: Past,
  size: TerminalSize,
  signal: AbortSignal,
  limitBytes = SCREEN_BYTES,
): Promise<Uint8Array[] | undefined> {
  const { terminal, newSerializer } = await newTerminal(size);
  try {
    const modes = past.modes.copy();
    terminal.write(modes.toBytes());
    let writes = 0;
    for (const piece of piecesOf(past.bytes, WRITE_BYTES)) {
      modes.feed(piece);
      writes += 1;
      const written = new Promise<void>((resolve) => terminal.write(piece, resolve));
      if (writes % BATCH_WRITES === 0) await written;
      if (signal.aborted) return undefined;
    }
    await new Promise<void>((resolve) => terminal.write("", resolve));
    return piecesOf([await write(terminal, newSerializer, modes, past, limitBytes)], OUTPUT_FRAME_BYTES);
  } finally {
    terminal.dispose();
  }
}

/** Loaded when it is first needed: a host that never draws a screen does without. */
async function newTerminal(size: TerminalSize): Promise<{ terminal: Terminal; newSerializer: () => SerializeAddon }> {
  // A CommonJS bundle, whose names Node cannot see from outside.
  const headless = (await import("@xterm/headless")) as unknown as { default: typeof import("@xterm/headless") };
  const { SerializeAddon } = await import("@xterm/addon-serialize");
  const terminal = new headless.default.Terminal({ ...size, scrollback: 0, allowProposedApi: true, logLevel: "off" });
  return { terminal, newSerializer: () => new SerializeAddon() };
}

/** Writes down what the terminal shows: the other screen first, where there is one behind the one that is seen. */
async function write(
  terminal: Terminal,
  newSerializer: () => SerializeAddon,
  modes: PrivateModes,
  past: Past,
  limitBytes: number,
): Promise<Buffer> {
  const { normal, active } = terminal.buffer;
  const isAlternate = active.type === "alternate";
  // Entering the other screen saves the cursor: it must be where the program will find it when it leaves.
  const home = `\x1b[${normal.cursorY + 1};${Math.min(normal.cursorX, terminal.cols - 1) + 1}H`;
  const enter = isAlternate ? `\x1b[m${home}\x1b[?1049h` : "";
  const ending = Buffer.concat([
    Buffer.from(setModes(terminal, newSerializer(), modes) + positionCursor(terminal, newSerializer())),
    unfinishedTail(Buffer.concat(past.bytes.slice(-2))),
  ]);
  const front = await drawBuffer(terminal, newSerializer(), active);
  let room = limitBytes - enter.length - ending.length;
  // From the bottom, where the newest is.
  let first = front.length;
  for (const part of front.toReversed()) {
    if (part.length > room) break;
    room -= part.length;
    first -= 1;
  }
  const behind = isAlternate ? await drawBuffer(terminal, newSerializer(), normal) : [];
  const behindBytes = behind.reduce((sum, { length }) => sum + length, 0);
  const shown = behindBytes <= room ? behind : [];
  return Buffer.concat([...shown, Buffer.from(enter), ...front.slice(first), ending]);
}

function piecesOf(chunks: readonly Uint8Array[], maxBytes: number): Uint8Array[] {
  return chunks.flatMap((chunk) =>
    Array.from({ length: Math.ceil(chunk.length / maxBytes) }, (_, n) =>
      chunk.subarray(n * maxBytes, (n + 1) * maxBytes),
    ),
  );
}

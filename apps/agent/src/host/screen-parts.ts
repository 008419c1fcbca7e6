/** How the parts of a terminal are written down as bytes: its cells, its modes, its cursor. */
import type { SerializeAddon } from "@xterm/addon-serialize";
import type { IBuffer, Terminal } from "@xterm/headless";
import type { PrivateModes } from "./private-modes.ts";

/** Cells that are written down before others may run: 10 ms at their worst, when each has a colour of its own. */
const CELLS_AT_ONCE = 16_000;
/** Lasting modes that the serializer does not write down: the cursor's looks, and how the mouse is told. */
const UNWRITTEN_MODES: ReadonlySet<number> = new Set([12, 25, 1005, 1006, 1007, 1015, 1016]);

/**
 * Draws the cells of one screen, in parts of which each can be left out. A part is a line as the program wrote it, with
 * the rows it was wrapped to: the serializer would pass over coloured rows without text at the end of a longer one.
 */
export async function drawBuffer(terminal: Terminal, serializer: SerializeAddon, buffer: IBuffer): Promise<Buffer[]> {
  const { cols, rows } = terminal;
  const mostRows = Math.max(1, Math.floor(CELLS_AT_ONCE / cols));
  lookAt(serializer, terminal, buffer);
  const parts: Buffer[] = [];
  let rowsAtOnce = 0;
  for (let row = 0; row < rows; ) {
    let end = row + 1;
    while (end < rows && end - row < mostRows && buffer.getLine(end)?.isWrapped) end += 1;
    parts.push(Buffer.from(drawRows(serializer, row, end - 1)));
    rowsAtOnce += end - row;
    row = end;
    if (rowsAtOnce < mostRows) continue;
    rowsAtOnce = 0;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return parts;
}

/** Sets the scrolling region and the modes that the terminal is in. Moves the cursor. */
export function setModes(terminal: Terminal, serializer: SerializeAddon, modes: PrivateModes): string {
  const { top, bottom } = scrollRegion(terminal);
  const region = top === 0 && bottom === terminal.rows - 1 ? "" : `\x1b[${top + 1};${bottom + 1}r`;
  lookAt(serializer, terminal, terminal.buffer.active);
  // They are written behind the rows, of which at least one must be asked for.
  const row = { range: { start: 0, end: 0 }, excludeAltBuffer: true };
  const written = serializer.serialize(row).slice(serializer.serialize({ ...row, excludeModes: true }).length);
  return region + written + modes.toBytes((mode) => UNWRITTEN_MODES.has(mode));
}

/** Puts the cursor where it is, after all else that moves it. */
export function positionCursor(terminal: Terminal, serializer: SerializeAddon): string {
  const { active } = terminal.buffer;
  const top = terminal.modes.originMode ? scrollRegion(terminal).top : 0;
  const to = `\x1b[${active.cursorY - top + 1};${Math.min(active.cursorX, terminal.cols - 1) + 1}H`;
  if (active.cursorX < terminal.cols) return to;
  // Behind the last column, where only a written character can bring it: so the row is written once more.
  lookAt(serializer, terminal, active);
  return drawRows(serializer, active.cursorY, active.cursorY);
}

function drawRows(serializer: SerializeAddon, start: number, end: number): string {
  const rows = serializer.serialize({ range: { start, end }, excludeModes: true, excludeAltBuffer: true });
  return rows && `\x1b[m\x1b[${start + 1};1H${rows}`;
}

/** The serializer writes rows of the normal screen only; it is given the terminal with another one in that place. */
function lookAt(serializer: SerializeAddon, terminal: Terminal, buffer: IBuffer): void {
  serializer.activate(Object.create(terminal, { buffer: { value: { normal: buffer, active: buffer } } }));
}

/** First and last row that scroll. The library keeps it to itself; without it, the whole screen is the best guess. */
function scrollRegion(terminal: Terminal): { top: number; bottom: number } {
  const inside = terminal as unknown as { _core?: { buffer?: { scrollTop?: number; scrollBottom?: number } } };
  const { scrollTop = 0, scrollBottom = terminal.rows - 1 } = inside._core?.buffer ?? {};
  return { top: scrollTop, bottom: scrollBottom };
}

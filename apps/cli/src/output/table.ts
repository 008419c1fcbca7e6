export interface TableOptions {
  /** Rows are cut to this many columns; without it, they are as wide as they are. */
  width?: number | undefined;
  /** Columns that are never cut, by number: what a person copies from. */
  whole?: readonly number[];
}

const GAP = 2;
/** A cut column keeps at least this much. */
const LEAST = 4;
/** Names come from machines that nobody may trust: they must not steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\0-\x1f\x7f-\x9f]/g;

export const printable = (text: string): string => text.replace(CONTROL, "?");

/** Columns as wide as their widest cell, two spaces apart, without trailing blanks. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { width = Number.POSITIVE_INFINITY, whole = [] }: TableOptions = {},
): string {
  const lines = [header, ...rows].map((cells) => cells.map(printable));
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  shrink(widths, width, whole);
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(" ".repeat(GAP))
      .trimEnd()}\n`;
  return lines.map(line).join("");
}

/** Takes one character after another from the widest column that may be cut, until the row fits. */
function shrink(widths: number[], width: number, whole: readonly number[]): void {
  const rowWidth = () => widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
  while (rowWidth() > width) {
    const candidates = widths.map((each, column) => (whole.includes(column) || each <= LEAST ? 0 : each));
    const widest = candidates.indexOf(Math.max(...candidates));
    if (!candidates[widest]) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

const cut = (cell: string, width: number): string => (cell.length > width ? `${cell.slice(0, width - 1)}…` : cell);

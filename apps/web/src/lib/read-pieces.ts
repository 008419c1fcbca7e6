interface Range {
  offset: number;
  limit: number;
}

/** Of a list that somebody empties meanwhile; then it is taken as it comes. */
const MOST_STARTS = 5;

/**
 * All rows of a list that grows at its end, piece by piece, so that a long one does not hold up whoever else asks. Each piece
 * begins with the last row of the one before: where it does not, a row was deleted meanwhile and another has moved into a
 * piece that was read already, and the reading starts again.
 */
export async function readPieces<Row extends { readonly id?: unknown }>(
  read: (range: Range) => Promise<readonly Row[]>,
  pieceRows = 1_000,
): Promise<Row[]> {
  let rows: Row[] = [];
  let starts = 1;
  for (;;) {
    const last = rows.at(-1);
    const piece = await read({ offset: Math.max(0, rows.length - 1), limit: pieceRows });
    if (last && piece[0]?.id !== last.id && starts < MOST_STARTS) {
      rows = [];
      starts += 1;
      continue;
    }
    rows.push(...piece.filter(({ id }) => id !== last?.id));
    if (piece.length < pieceRows) return rows;
  }
}

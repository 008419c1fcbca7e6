/** The known word that a mistyped one was probably meant to be: within two changed, missing or surplus letters. Pure. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, distance: distanceOf(word.toLowerCase(), candidate) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= 2 ? best.candidate : undefined;
}

/** Levenshtein's distance, one row at a time. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (let column = 1; column <= to.length; column++) {
      const changed = (row[column - 1] ?? 0) + Number(letter !== to[column - 1]);
      next.push(Math.min((next[column - 1] ?? 0) + 1, (row[column] ?? 0) + 1, changed));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

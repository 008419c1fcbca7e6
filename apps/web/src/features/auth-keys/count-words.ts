/** `1 machine`, `1,200 machines`. */
export const countWords = (count: number, what: string): string =>
  `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

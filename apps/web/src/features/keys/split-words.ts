/** What somebody wrote into one line, with commas, blanks or both between. */
export const splitWords = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** A whole number as somebody wrote it; NaN, which the server refuses in its words, for anything else. */
export const readNumber = (text: string): number => (/^\d+$/.test(text.trim()) ? Number(text) : Number.NaN);

/** What machines and hosts wrote must not steer the terminal in which it is read; lines and tabs stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
export const plain = (text: string): string => text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "?");

/** What programs write for terminals, as text that a page can show. All of it is hostile input. */

/** CSI, OSC, DCS and their kin, and what else begins with an escape character. */
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that it is about.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** What shows nothing, or turns the direction of what stands beside it. */
const UNSHOWN = /[^\n\t\P{Cc}]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Without colours and cursor movements; of a line that was written over itself, such as a progress bar, what it came to. */
export const plainText = (text: string): string =>
  text
    .replace(SEQUENCES, "")
    .replace(/\r+\n/g, "\n")
    .replace(/[^\n]*\r(?=[^\n])/g, "")
    .replace(UNSHOWN, "");

/** Nobody looks for it further in. */
const FIRST_CHARS = 4_096;

/** The first line that says something. */
export const firstLine = (text: string): string | undefined =>
  plainText(text.slice(0, FIRST_CHARS))
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "");

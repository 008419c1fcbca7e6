import type { IFunctionIdentifier, Terminal } from "@xterm/xterm";

/** Palette, foreground, background, cursor colour: set by anybody, but not told. */
const COLOURS = [4, 10, 11, 12];

/** Device attributes, status and cursor position, modes: answered, but only once. */
const QUESTIONS: IFunctionIdentifier[] = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
];

/**
 * Leaves questions unanswered whose answer would be typed into the session with content that output can shape.
 * What programs need to work stays: device attributes, status and cursor position, in a few fixed bytes; except in
 * output that is drawn again, where the program has long stopped waiting.
 */
export function quietReports({ parser }: Terminal, isOld: () => boolean): void {
  for (const colour of COLOURS) parser.registerOscHandler(colour, (data) => data.split(";").includes("?"));
  // DECRQSS, "how is this setting set?": the answer quotes the setting.
  parser.registerDcsHandler({ intermediates: "$", final: "q" }, () => true);
  for (const question of QUESTIONS) parser.registerCsiHandler(question, isOld);
}

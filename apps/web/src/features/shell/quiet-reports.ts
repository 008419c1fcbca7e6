import type { Terminal } from "@xterm/xterm";

/** Palette, foreground, background, cursor colour: set by anybody, but not told. */
const COLOURS = [4, 10, 11, 12];

/**
 * Leaves questions unanswered whose answer would be typed into the session with content that output can shape.
 * What programs need to work stays: device attributes, status and cursor position, in a few fixed bytes.
 */
export function quietReports({ parser }: Terminal): void {
  for (const colour of COLOURS) parser.registerOscHandler(colour, (data) => data.split(";").includes("?"));
  // DECRQSS, "how is this setting set?": the answer quotes the setting.
  parser.registerDcsHandler({ intermediates: "$", final: "q" }, () => true);
}

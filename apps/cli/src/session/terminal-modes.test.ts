import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TerminalModes } from "./terminal-modes.ts";

function restored(...pieces: string[]): string {
  const modes = new TerminalModes();
  for (const piece of pieces) modes.feed(Buffer.from(piece, "latin1"));
  return modes.restore();
}

const UNTOUCHED = restored();

describe("a terminal that is given back", () => {
  test.each([
    ["the alternate screen", "\x1b[?1049h", "\x1b[?1049l"],
    ["bracketed paste", "\x1b[?2004h", "\x1b[?2004l"],
    ["mouse reports", "\x1b[?1002;1006h", "\x1b[?1002l\x1b[?1006l"],
    ["a hidden cursor", "\x1b[?25l", "\x1b[?25h"],
    ["another cursor", "\x1b[5 q", "\x1b[0 q"],
    ["a scrolling region", "\x1b[3;9r", "\x1b7\x1b[r\x1b8"],
    ["another keyboard protocol", "\x1b[>1u\x1b[>3u", "\x1b[<2u"],
  ])("is without %s", (_, set, reset) => {
    expect(restored(set)).toBe(UNTOUCHED + reset);
  });

  test("is left alone where programs have put things back themselves", () => {
    const tidy = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[2;5rtext\x1b[r\x1b[?2004l\x1b[?25h\x1b[?1049l";
    expect(restored(tidy)).toBe(UNTOUCHED);
  });

  test("is the same however its output arrives", () => {
    const part = fc.constantFrom(
      "\x1b[?1049h",
      "\x1b[?1049l",
      "\x1b[?25l",
      "\x1b[?1000;1006h",
      "\x1b[4h",
      "a\x1b",
      "\x1bc",
      "[?7l",
      "\x1b]0;t\x07",
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(restored(...parts.join(""))).toBe(restored(parts.join("")));
      }),
    );
  });
});

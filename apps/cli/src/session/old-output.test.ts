import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OldOutput } from "./old-output.ts";

function shown(pieces: string[], oldBytes = pieces.join("").length): string {
  const old = new OldOutput(oldBytes);
  return pieces.map((piece) => Buffer.from(old.filter(Buffer.from(piece, "latin1"))).toString("latin1")).join("");
}

describe("output that is shown again", () => {
  test.each([
    "\x1b[c",
    "\x1b[>0c",
    "\x1b[6n",
    "\x1b[?6n",
    "\x1b[?2026$p",
    "\x1b[18t",
    "\x1b[?u",
    "\x1b]11;?\x07",
    "\x1b]4;1;?\x1b\\",
    "\x1bP+q5443\x1b\\",
    "\x1bZ",
    "\x05",
  ])("asks the terminal nothing: %j", (question) => {
    expect(shown([`a${question}b`])).toBe("ab");
    expect(shown([...`a${question}b`])).toBe("ab");
  });

  test.each([
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b[?1049h\x1b[2J",
    "\x1b[22;0t",
    "\x1b[2;5r",
    "\x1b(B",
    "\x1b7",
    "\xff\x80",
  ])("is otherwise as it was: %j", (text) => {
    expect(shown([text])).toBe(text);
  });

  test("is followed by new output, in which programs may ask", () => {
    expect(shown(["a\x1b[c", "b\x1b[c"], 4)).toBe("ab\x1b[c");
  });

  test("loses nothing else, wherever it is cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "\x1b[1m", "\n", "\x1b]0;x\x07", "\x1b[c") });
    fc.assert(
      fc.property(text, fc.nat(40), (all, oldBytes) => {
        expect(shown([...all], oldBytes).replaceAll("\x1b[c", "")).toBe(all.replaceAll("\x1b[c", ""));
      }),
    );
  });
});

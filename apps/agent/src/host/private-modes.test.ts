import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PrivateModes } from "./private-modes.ts";

const after = (...parts: (string | Uint8Array)[]) => {
  const modes = new PrivateModes();
  for (const part of parts) modes.feed(typeof part === "string" ? Buffer.from(part) : part);
  return modes;
};

describe("PrivateModes", () => {
  test.each([
    ["nothing when nothing was set", "plain text\r\n\x1b[31mred\x1b[m", ""],
    ["a hidden cursor", "\x1b[?25l", "\x1b[?25l"],
    ["several modes of one sequence", "\x1b[?1;2004h", "\x1b[?1h\x1b[?2004h"],
    ["only the last change", "\x1b[?25l.\x1b[?25h", "\x1b[?25h"],
    ["the alternate screen first", "\x1b[?25l\x1b[?1049h", "\x1b[?1049h\x1b[?25l"],
    ["no alternate screen that was left by another name", "\x1b[?1049h\x1b[?47l", ""],
    ["the mouse mode that was set last", "\x1b[?1003h\x1b[?1000h\x1b[?1003h", "\x1b[?1000h\x1b[?1003h"],
    ["nothing after a full reset", "\x1b[?25l\x1b[?1049h\x1bc", ""],
    ["what a soft reset leaves", "\x1b[?25l\x1b[?1006h\x1b[!p", "\x1b[?1006h"],
    ["no mode that acts once", "\x1b[?3h\x1b[?1048h\x1b[?2026h", ""],
    ["no mode that somebody made up", "\x1b[?99999h", ""],
    ["a sequence with control characters inside", "\x1b[?2\r\n5l", "\x1b[?25l"],
    ["no sequence that was cancelled", "\x1b[?25\x18l", ""],
    ["a sequence behind one that broke off", "\x1b[?25\x1b[?1h", "\x1b[?1h"],
    ["no question about a mode", "\x1b[?25$p\x1b[?25n", ""],
    ["no sequence without end", `\x1b[?${"1;".repeat(100)}25l`, ""],
  ])("knows %s", (_, text, bytes) => {
    expect(after(text).toBytes()).toBe(bytes);
  });

  test("knows the same however the bytes are cut", () => {
    const anyPart = fc.oneof(
      fc.constantFrom(
        "\x1b[?1049h",
        "\x1b[?25l",
        "\x1b[?25h",
        "\x1b[?1;2004h",
        "\x1bc",
        "\x1b[!p",
        "\x1b[?1002l",
        "\x1b",
      ),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 10 }), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(""));
        const at = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, n) => bytes.subarray(at[n], end));
        expect(after(...pieces).toBytes()).toBe(after(bytes).toBytes());
      }),
    );
  });

  test("a copy goes its own way, also from the middle of a sequence", () => {
    const modes = after("\x1b[?2");
    const copy = modes.copy();
    copy.feed(Buffer.from("5l"));
    modes.feed(Buffer.from("004h"));
    expect([modes.toBytes(), copy.toBytes()]).toEqual(["\x1b[?2004h", "\x1b[?25l"]);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EscapeKeys, type KeyAction, noEscapeKeys } from "./escape-keys.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** What was done, with neighbouring typed bytes as one text. */
function pressed(...pieces: string[]): (string | { typed: string })[] {
  const keys = new EscapeKeys();
  return joined(pieces.flatMap((piece) => keys.feed(bytes(piece))));
}

function joined(actions: readonly KeyAction[]) {
  const done: (string | { typed: string })[] = [];
  for (const action of actions) {
    const last = done.at(-1);
    if (action.do !== "type") done.push(action.do);
    else if (typeof last === "object") last.typed += Buffer.from(action.bytes).toString("latin1");
    else done.push({ typed: Buffer.from(action.bytes).toString("latin1") });
  }
  return done;
}

describe("keys at a terminal", () => {
  test("Ctrl-] d detaches, r tries now, ? helps", () => {
    expect(pressed("ls\x1dd")).toEqual([{ typed: "ls" }, "detach"]);
    expect(pressed("\x1dr\x1d?")).toEqual(["retry", "help"]);
  });

  test("Ctrl-] twice types it once", () => {
    expect(pressed("a\x1d\x1db")).toEqual([{ typed: "a\x1db" }]);
  });

  test("another key after Ctrl-] is typed together with it, as editors use both", () => {
    expect(pressed("\x1dj")).toEqual([{ typed: "\x1dj" }]);
  });

  test("Ctrl-] k asks; only y ends the session, and the answer is not typed", () => {
    expect(pressed("\x1dky")).toEqual(["ask", "kill"]);
    expect(pressed("\x1dknx")).toEqual(["ask", "keep", { typed: "x" }]);
    expect(pressed("\x1dk\r")).toEqual(["ask", "keep"]);
  });

  test("a lone Ctrl-] waits for what follows", () => {
    expect(pressed("\x1d")).toEqual([]);
    expect(pressed("\x1d", "d")).toEqual(["detach"]);
  });

  test("it does not matter how keys arrive", () => {
    const keys = fc.string({ unit: fc.constantFrom("\x1d", "d", "k", "y", "n", "r", "?", "x", "\x00", "\xff") });
    fc.assert(
      fc.property(keys, (text) => {
        expect(pressed(...text)).toEqual(pressed(text));
      }),
    );
  });

  test("without Ctrl-], everything is typed as it was pressed", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (typed) => {
        const plain = typed.filter((byte) => byte !== 0x1d);
        const text = Buffer.from(plain).toString("latin1");
        expect(joined(new EscapeKeys().feed(plain))).toEqual(text === "" ? [] : [{ typed: text }]);
      }),
    );
  });

  test("of what is not ours, nothing is lost, doubled or reordered", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "d", "\x1d\x1d", "\x1dz", "\x1dr")), (presses) => {
        const expected = presses
          .filter((press) => press !== "\x1dr")
          .map((press) => (press === "\x1d\x1d" ? "\x1d" : press));
        const typed = pressed(presses.join("")).flatMap((done) => (typeof done === "object" ? [done.typed] : []));
        expect(typed.join("")).toBe(expected.join(""));
      }),
    );
  });

  test("input that is no terminal has no keys of ours", () => {
    expect(joined(noEscapeKeys.feed(bytes("\x1dd")))).toEqual([{ typed: "\x1dd" }]);
  });
});

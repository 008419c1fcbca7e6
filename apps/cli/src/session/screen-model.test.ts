import headless from "@xterm/headless";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ScreenModel } from "./screen-model.ts";

const SIZE = { cols: 20, rows: 6 };
const newTerminal = () => new headless.Terminal({ ...SIZE, scrollback: 0, allowProposedApi: true });

async function shownAfter(...pieces: (string | Uint8Array)[]) {
  const terminal = newTerminal();
  for (const piece of pieces) terminal.write(piece);
  await new Promise<void>((resolve) => terminal.write("", resolve));
  const { active } = terminal.buffer;
  const rows = Array.from({ length: SIZE.rows }, (_, row) => active.getLine(row)?.translateToString(true));
  const result = { rows, column: Math.min(active.cursorX, SIZE.cols - 1), row: active.cursorY, screen: active.type };
  terminal.dispose();
  return result;
}

const part = fc.constantFrom(
  "some text ",
  "\r\n",
  "\x1b[1;31mred\x1b[0m",
  "\x1b[2;3H",
  // From the first column: a line that wraps right after what is above it was erased, or after the switch of screens, is
  // one that the serializer joins with the one above.
  "\r\x1b[K",
  "\r\x1b[2J",
  "\r\x1b[?1049h",
  "\b",
);

test("what it draws is the screen that the output had drawn, whether it followed from the start or not", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 30 }), fc.nat(30), async (parts, followAt) => {
      const model = new ScreenModel(SIZE);
      for (const [index, each] of parts.entries()) {
        if (index === followAt) await model.follow();
        model.write(Buffer.from(each));
      }
      const { bytes, cursor } = await model.draw();
      model.dispose();
      expect(await shownAfter(bytes, cursor)).toEqual(await shownAfter(...parts));
    }),
    { numRuns: 60 },
  );
});

test("it is empty when it was cleared, although something was still to be parsed", async () => {
  const model = new ScreenModel(SIZE);
  await model.follow();
  model.write(Buffer.from("old"));
  model.clear();
  model.write(Buffer.from("new"));
  expect((await shownAfter((await model.draw()).bytes)).rows[0]).toBe("new");
  model.dispose();
});

test("it knows the end of a long output", async () => {
  const model = new ScreenModel(SIZE);
  const lines = Array.from({ length: 60_000 }, (_, line) => `line ${line}\r\n`);
  for (let at = 0; at < lines.length; at += 500) model.write(Buffer.from(lines.slice(at, at + 500).join("")));
  expect((await shownAfter((await model.draw()).bytes)).rows[4]).toBe("line 59999");
});

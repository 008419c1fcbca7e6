import { OUTPUT_FRAME_BYTES } from "@sallyport/protocol";
import headless from "@xterm/headless";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PrivateModes } from "./private-modes.ts";
import { drawScreen } from "./screen.ts";

const SIZE = { cols: 20, rows: 6 };
const never = new AbortController().signal;

async function aTerminal(...writes: (string | Uint8Array)[]): Promise<headless.Terminal> {
  const terminal = new headless.Terminal({ ...SIZE, scrollback: 0, allowProposedApi: true });
  for (const bytes of writes) await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  return terminal;
}

/** Everything that a person sees of a terminal, and what decides how it goes on. */
function seen(terminal: headless.Terminal) {
  const { active, normal } = terminal.buffer;
  const rowsOf = (buffer: typeof active) =>
    Array.from({ length: terminal.rows }, (_, y) => {
      const line = buffer.getLine(y);
      return Array.from({ length: terminal.cols }, (_, x) => {
        const cell = line?.getCell(x);
        const style = cell && [
          ...[cell.isBold(), cell.isInverse(), cell.isUnderline(), cell.isItalic()].map(Number),
          ...[cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()],
        ];
        const chars = cell?.getChars() || " ";
        // A blank has no foreground that anybody could see.
        return chars === " " ? [" ", style?.slice(-2)] : [chars, style];
      });
    });
  return {
    type: active.type,
    cursor: [active.cursorX, active.cursorY],
    modes: terminal.modes,
    active: rowsOf(active),
    normal: rowsOf(normal),
  };
}

async function redrawn(text: string | Uint8Array, limitBytes?: number) {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const pieces = await drawScreen({ bytes: [bytes], modes: new PrivateModes() }, SIZE, never, limitBytes);
  return pieces ?? [];
}

describe("a screen", () => {
  test.each([
    ["plain text", "one\r\ntwo"],
    ["text that scrolled", Array.from({ length: 30 }, (_, n) => `line ${n}\r\n`).join("")],
    ["a full last column", "x".repeat(SIZE.cols)],
    ["a wrapped line", "x".repeat(SIZE.cols + 5)],
    ["wide characters", "日本語\r\n😀e\u0301"],
    ["colours", "\x1b[31mred\x1b[48;2;1;2;3mon\x1b[1;4mbold\x1b[m plain \x1b[38;5;200m"],
    ["a coloured blank", "\x1b[44m\x1b[2J\x1b[3;5Hx"],
    ["a cursor somewhere", "abc\x1b[4;7H"],
    ["the alternate screen over the normal one", "shell$ \x1b[?1049h\x1b[2J\x1b[Hfull \x1b[7mscreen\x1b[m"],
    ["the normal screen behind it", "\x1b[35mshell$ \x1b[?1049h\x1b[Hvim\x1b[6;20Hx"],
    ["modes", "\x1b[?1h\x1b[?2004h\x1b[?1002h\x1b[?7l\x1b[4h\x1b[?1004h"],
    ["a scrolling region", "\x1b[2;4r\x1b[3;2Hx"],
    ["a scrolling region with its own origin", "\x1b[2;4r\x1b[?6h\x1b[2;2Hx"],
  ])("of %s is drawn as it is, and goes on as it would", async (_, text) => {
    for (const more of ["", "more\r\n\n\n\n\n", "\x1b[?1049l!"]) {
      const whole = await aTerminal(text, more);
      const anew = await aTerminal(...(await redrawn(text)), more);
      // Where the cursor was on the screen behind is not kept.
      if (more.includes("1049") && whole.buffer.active.type === "normal" && text.includes("1049")) continue;
      expect(seen(anew)).toEqual(seen(whole));
    }
  });

  test("goes on in the middle of a character or a sequence, wherever the output was cut", async () => {
    const text = Buffer.from("a\x1b[31mré日😀\x1b]0;title\x1b\\b\x1b]0;t\x07c\x1b(B\x1b[1;7md\x1bP+q\x1b\\e\x1b[2;3Hf");
    for (let cut = 0; cut <= text.length; cut += 1) {
      const anew = await aTerminal(...(await redrawn(text.subarray(0, cut))), text.subarray(cut));
      expect(seen(anew), `cut at ${cut}`).toEqual(seen(await aTerminal(text)));
    }
  });

  test("is drawn in the modes that were set before what is kept", async () => {
    const modes = new PrivateModes();
    modes.feed(Buffer.from("\x1b[?1049h\x1b[?25l\x1b[?1006h"));
    const pieces = await drawScreen({ bytes: [Buffer.from("text")], modes }, SIZE, never);
    const anew = await aTerminal(...(pieces ?? []));
    expect(anew.buffer.active.type).toBe("alternate");
    expect(Buffer.concat(pieces ?? []).toString()).toContain("\x1b[?25l\x1b[?1006h");
  });

  test("hides the cursor of a program that hides it", async () => {
    expect(Buffer.concat(await redrawn("\x1b[?25l")).toString()).toContain("\x1b[?25l");
    expect(Buffer.concat(await redrawn("\x1b[?25l\x1b[?25h")).toString()).not.toContain("\x1b[?25l");
  });

  test("asks the viewer's terminal nothing, whatever the program asked", async () => {
    const drawn = Buffer.concat(await redrawn("\x1b[c\x1b[6n\x1b[?1$p\x1b]11;?\x07$ ")).toString();
    expect(drawn).toContain("$ ");
    expect(drawn.replaceAll("\x1b", "")).not.toMatch(/\[[\d?]*[cn]|\$p|\]11/);
  });

  test("is the same however the output was cut into chunks", async () => {
    const text = Buffer.from("\x1b[31mone\r\n日本\x1b[?1049h\x1b[2;2Htwo\x1b[m");
    const whole = Buffer.concat(await redrawn(text)).toString();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 5 }), async (cuts) => {
        const at = [0, ...cuts, text.length].sort((a, b) => a - b);
        const bytes = at.slice(1).map((end, n) => text.subarray(at[n], end));
        const pieces = await drawScreen({ bytes, modes: new PrivateModes() }, SIZE, never);
        expect(Buffer.concat(pieces ?? []).toString()).toBe(whole);
      }),
      { numRuns: 30 },
    );
  });

  test("that is larger than allowed is drawn from the bottom up", async () => {
    const size = { cols: 1_000, rows: 100 };
    const bytes = Array.from({ length: 100 }, (_, row) => Buffer.from(`\x1b[${row + 1};1H${"é".repeat(1_000)}`));
    const past = { bytes, modes: new PrivateModes() };
    const pieces = (await drawScreen(past, size, never, 100_000)) ?? [];
    const drawn = Buffer.concat(pieces);
    expect(drawn.length).toBeLessThanOrEqual(100_000);
    expect(drawn.length).toBeGreaterThan(50_000);
    expect(pieces.every(({ length }) => length <= OUTPUT_FRAME_BYTES)).toBe(true);
  });

  test("that is not wanted any more is not drawn", async () => {
    const wanted = new AbortController();
    const bytes = [Buffer.alloc(4 * 1024 * 1024, "x")];
    const drawn = drawScreen({ bytes, modes: new PrivateModes() }, SIZE, wanted.signal);
    wanted.abort();
    expect(await drawn).toBeUndefined();
  });

  test("of a full ring does not keep others waiting", async () => {
    const line = "\x1b[32mthe quick brown fox\x1b[m jumps over the lazy dog\r\n";
    const bytes = [Buffer.from(line.repeat(Math.ceil((4 * 1024 * 1024) / line.length)))];
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await drawScreen({ bytes, modes: new PrivateModes() }, { cols: 200, rows: 50 }, never);
    clearInterval(timer);
    // One after every batch of writes, however slow the machine is.
    expect(turns).toBeGreaterThan(10);
  });
});

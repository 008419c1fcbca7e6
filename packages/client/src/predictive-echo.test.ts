import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "./manual-clock.fixture.ts";
import { type EchoCursor, PredictiveEcho } from "./predictive-echo.ts";
import { bytes } from "./test-socket.fixture.ts";

const END_OF_LINE: EchoCursor = { column: 2, columns: 80, lineRestIsBlank: true };

/** A person far away, 200 ms from the machine, who has just seen an echo unless told otherwise. */
function far({ cursor = END_OF_LINE, echoed = true, latencyMs = 200 } = {}) {
  const clock = new ManualClock();
  const changes: string[] = [];
  const at = { cursor };
  const echo = new PredictiveEcho({ cursor: () => at.cursor, changed: (overlay) => changes.push(overlay), clock });
  echo.latency(latencyMs);
  const output = (text: string) => {
    clock.sleep(latencyMs);
    echo.output(bytes(text));
  };
  if (echoed) {
    echo.typed("$");
    output("$");
  }
  return { echo, output, clock, changes, at };
}

describe("predictive echo", () => {
  test("what is typed is shown until its echo comes", () => {
    const { echo, output, changes } = far();
    echo.typed("l");
    echo.typed("s");
    expect(echo.overlay()).toBe("ls");
    output("l");
    expect(echo.overlay()).toBe("s");
    output("\x1b[32ms\x1b[0m");
    expect(changes).toEqual(["l", "ls", "s", ""]);
  });

  test("near the machine nothing is predicted, and between the thresholds nothing changes", () => {
    const { echo } = far({ latencyMs: 20, echoed: true });
    echo.typed("a");
    expect(echo.overlay()).toBe("");
    for (let each = 0; each < 11; each++) echo.latency(45);
    expect(echo.overlay()).toBe("");
    for (let each = 0; each < 11; each++) echo.latency(61);
    expect(echo.overlay()).toBe("a");
    for (let each = 0; each < 11; each++) echo.latency(45);
    expect(echo.overlay()).toBe("a");
    for (let each = 0; each < 11; each++) echo.latency(29);
    expect(echo.overlay()).toBe("");
  });

  test("nothing is shown before the program has echoed something", () => {
    const { echo, output } = far({ echoed: false });
    echo.typed("ab");
    expect(echo.overlay()).toBe("");
    output("a");
    expect(echo.overlay()).toBe("b");
  });

  test.each([
    ["Enter", "\r"],
    ["a control key", "\x03"],
    ["an arrow", "\x1b[A"],
    ["a wide character", "漢"],
  ])("after %s nothing is shown until there was an echo again", (_, key) => {
    const { echo, output } = far();
    echo.typed(`${key}x`);
    expect(echo.overlay()).toBe("");
    output("\r\n> ");
    echo.typed("yz");
    expect(echo.overlay()).toBe("");
    output("y");
    expect(echo.overlay()).toBe("z");
  });

  test("a password is never shown, not even one that begins as its prompt does", () => {
    const { echo, output, changes } = far();
    echo.typed("su\r");
    echo.typed("Pass");
    output("su\r\n");
    echo.typed("Pa");
    output("Password: ");
    echo.typed("Pass\x7fw0rd\r");
    output("\r\n$ ");
    expect(changes.filter((overlay) => /[Pa]/.test(overlay))).toEqual([]);
  });

  test("what is typed after Enter stays hidden while echoes of the line before it come in", () => {
    const { echo, output } = far();
    echo.typed("ab\r");
    output("a");
    echo.typed("x");
    expect(echo.overlay()).toBe("b");
  });

  test("a prompt that comes without Enter ends the trust, too", () => {
    const { echo, output } = far();
    output("\r\nPassword: ");
    echo.typed("secret");
    expect(echo.overlay()).toBe("");
  });

  test("output that contradicts takes everything back", () => {
    const { echo, output } = far();
    echo.typed("abc");
    output("aX");
    expect(echo.overlay()).toBe("");
    echo.typed("d");
    expect(echo.overlay()).toBe("");
  });

  test.each(["\x1b[?1049h", "\x1b[?47l"])("another screen takes everything back: %j", (sequence) => {
    const { echo, output } = far();
    echo.typed("ab");
    output(sequence);
    expect(echo.overlay()).toBe("");
    echo.typed("c");
    expect(echo.overlay()).toBe("");
  });

  test.each(["\b \b", "\b\x1b[K"])("Backspace rubs out a prediction, echoed as %j", (rubOut) => {
    const { echo, output } = far();
    echo.typed("ab\x7fc");
    expect(echo.overlay()).toBe("ac");
    for (const char of `ab${rubOut}`) output(char);
    expect(echo.overlay()).toBe("c");
    output("c");
    echo.typed("d");
    expect(echo.overlay()).toBe("d");
  });

  test("what the program has shown is not rubbed out by guessing", () => {
    const { echo } = far();
    echo.typed("\x7fx");
    expect(echo.overlay()).toBe("");
  });

  test("nothing is predicted in the middle of a line or past its end", () => {
    const { echo, at } = far();
    at.cursor = { column: 78, columns: 80, lineRestIsBlank: true };
    echo.typed("abc");
    expect(echo.overlay()).toBe("ab");
    const other = far();
    other.at.cursor = { ...END_OF_LINE, lineRestIsBlank: false };
    other.echo.typed("a");
    expect(other.echo.overlay()).toBe("");
  });

  test("a prediction that does not come true in time is dropped", async () => {
    const { echo, clock } = far();
    echo.typed("a");
    await clock.advance(999);
    expect(echo.overlay()).toBe("a");
    await clock.advance(1);
    expect(echo.overlay()).toBe("");
  });
});

/** A line discipline: echoes what is typed when `echo` is set, as a terminal in cooked mode does. */
function cooked(echo: boolean) {
  let line = "";
  return (key: string): string => {
    if (!echo) return key === "\r" ? "\r\n" : "";
    if (key === "\r") {
      line = "";
      return "\r\nPrompt> ";
    }
    if (key === "\x7f") {
      if (line === "") return "\x07";
      line = line.slice(0, -1);
      return "\b \b";
    }
    line += key;
    return key;
  };
}

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "P", " ", "~") },
  { weight: 2, arbitrary: fc.constant("\x7f") },
  { weight: 1, arbitrary: fc.constant("\r") },
);
/** Types a key, or lets so many bytes of output arrive. */
const action = fc.oneof(fc.record({ key }), fc.record({ arrive: fc.integer({ min: 1, max: 6 }) }));

test.each([true, false])("for every interleaving of typing and output (echo: %s)", (echoes) => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const program = cooked(echoes);
      const { echo, output, changes } = far({ echoed: false });
      let typed = "";
      let underWay = "";
      for (const each of actions) {
        if ("key" in each) {
          typed += each.key;
          underWay += program(each.key);
          echo.typed(each.key);
        } else {
          const arrived = underWay.slice(0, each.arrive);
          underWay = underWay.slice(each.arrive);
          output(arrived);
        }
        for (const char of echo.overlay()) expect(typed).toContain(char);
      }
      if (underWay) output(underWay);
      expect(echo.overlay()).toBe("");
      if (!echoes) expect(changes).toEqual([]);
    }),
    { numRuns: process.env.NIGHTLY ? 20_000 : 1_000 },
  );
});

test("output from a stranger never throws, however it is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (pieces) => {
      const { echo } = far();
      for (const piece of pieces) {
        echo.typed("a");
        echo.output(piece);
      }
    }),
  );
});

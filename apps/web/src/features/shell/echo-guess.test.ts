import { expect, test } from "vitest";
import { EchoGuess, type EchoMode } from "./echo-guess.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function aGuess(mode: EchoMode) {
  const shown: string[] = [];
  const cursor = () => ({ column: 2, columns: 80, lineRestIsBlank: true });
  const guess = new EchoGuess({ cursor, changed: (overlay) => shown.push(overlay) });
  guess.setMode(mode);
  return { guess, shown };
}

test("a program that has echoed what was typed is known to echo, until Enter", () => {
  const { guess } = aGuess("off");
  guess.typed("l");
  expect(guess.expected).toBe("");
  guess.output(bytes("l"));
  guess.typed("s");
  expect(guess.expected).toBe("s");
  guess.output(bytes("s"));
  guess.typed("\r");
  guess.output(bytes("\r\nPassword: "));
  guess.typed("h");
  expect(guess.expected).toBe("");
});

test("always predicting shows what is typed where the machine is near", () => {
  const { guess, shown } = aGuess("on");
  guess.typed("l");
  guess.output(bytes("l"));
  guess.typed("s");
  expect(shown.at(-1)).toBe("s");
  guess.setMode("off");
  expect(shown.at(-1)).toBe("");
});

test.each<EchoMode>(["off", "auto"])("predicting %s shows nothing where the machine is near", (mode) => {
  const { guess, shown } = aGuess(mode);
  guess.latency(2);
  guess.typed("l");
  guess.output(bytes("l"));
  guess.typed("s");
  expect(shown).toEqual([]);
});

import { expect, test } from "vitest";
import { describePending, waitingWords } from "./pending-text.ts";

const pending = (text: string, expected: string) => describePending(new TextEncoder().encode(text), expected);

test("what is typed to a program that echoes is shown", () => {
  expect(pending("ls -l", "ls -l")).toEqual({ count: 5, shown: "ls -l" });
});

test("what is typed to a program that does not echo is counted and never shown", () => {
  expect(pending("hunter2", "")).toEqual({ count: 7, shown: "" });
  expect(pending("hunter2\r", "")).toEqual({ count: 8, shown: "" });
});

test("what follows Enter may be a password, so it is not shown", () => {
  expect(pending("sudo -i\rhunter2\r", "sudo -i")).toEqual({ count: 16, shown: "sudo -i↵…" });
});

test("what was echoed already stands on the screen, and is not shown twice", () => {
  expect(pending("ls -l\r", " -l")).toEqual({ count: 6, shown: " -l↵" });
});

test("control keys are shown by their names, also where text is not", () => {
  expect(pending("\x03", "")).toEqual({ count: 1, shown: "^C" });
  expect(pending("a\x04", "a")).toEqual({ count: 2, shown: "a^D" });
  expect(pending("\x03secret", "").shown).toBe("^C…");
});

test("arrow keys are not shown as the text that they are made of", () => {
  expect(pending("ab\x1b[A", "ab").shown).toBe("ab…");
  expect(pending("\x1b[A", "").shown).toBe("");
});

test("what has no room on the line is left out, and that is shown", () => {
  expect(pending("abcdef", "abc")).toEqual({ count: 6, shown: "abc…" });
});

test("letters count once, and one that turns the line around is shown as a dot", () => {
  expect(pending("漢字\u202e", "漢字\u202e")).toEqual({ count: 3, shown: "漢字·" });
});

test("nothing is nothing", () => expect(pending("", "left")).toEqual({ count: 0, shown: "" }));

test("one character waits, two wait", () => {
  expect([waitingWords(1), waitingWords(2_500)]).toEqual(["1 character waits", "2,500 characters wait"]);
});

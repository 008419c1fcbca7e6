import { expect, test } from "vitest";
import { readNumber, splitWords } from "./split-words.ts";

test.each([
  ["", []],
  [" , ", []],
  ["web", ["web"]],
  ["web, prod\tdb,,eu", ["web", "prod", "db", "eu"]],
])("%j is %j", (text, words) => expect(splitWords(text)).toEqual(words));

test.each([
  ["7", 7],
  [" 90 ", 90],
  ["", Number.NaN],
  ["1.5", Number.NaN],
  ["-1", Number.NaN],
  ["1e3", Number.NaN],
])("%j is the number %d", (text, number) => expect(readNumber(text)).toBe(number));

import { expect, test } from "vitest";
import { fitLine } from "./cursor-overlay.ts";

test.each([
  ["ls -l", 10, "ls -l"],
  ["ls -l", 5, "ls -l"],
  ["ls -la", 5, "ls -…"],
  ["漢字漢字", 3, "漢字…"],
  ["ls", 1, ""],
  ["", 5, ""],
])("%j on the rest of a line of %i cells is %j", (text, room, shown) => expect(fitLine(text, room)).toBe(shown));

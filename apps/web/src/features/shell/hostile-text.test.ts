import { expect, test } from "vitest";
import { clipboardWrite, safeLink, safeTitle } from "./hostile-text.ts";

test.each([
  ["vim notes.md", "vim notes.md"],
  ["  a \n b\tc ", "a b c"],
  ["a\u0007b\u001b[31mc", "a b [31mc"],
  ["abc\u202egnp.exe", "abc gnp.exe"],
  ["\u2066x\u2069\u200b", "x"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ["日本語 🚪", "日本語 🚪"],
  ["x".repeat(200), `${"x".repeat(79)}…`],
])("the title %j is shown as %j", (title, shown) => expect(safeTitle(title)).toBe(shown));

test.each([
  ["https://example.com/a?b#c", "https://example.com/a?b#c"],
  ["HTTP://Example.com", "http://example.com/"],
  ["javascript:alert(1)", undefined],
  ["data:text/html,<script>", undefined],
  ["file:///etc/passwd", undefined],
  ["ssh://host", undefined],
  ["/machines", undefined],
  ["", undefined],
])("the link %j opens %j", (address, opened) => expect(safeLink(address)).toBe(opened));

test.each([
  ["c;aGVsbG8=", "hello"],
  [";aGVsbG8=", "hello"],
  ["c;w7bDpA==", "öä"],
  ["c;?", undefined],
  ["c;", undefined],
  ["c;####", undefined],
  ["c;/w==", undefined],
  [`c;${"A".repeat(1024 * 1024 + 4)}`, undefined],
  ["aGVsbG8=", undefined],
])("the clipboard request %j writes %j", (data, text) => expect(clipboardWrite(data)).toBe(text));

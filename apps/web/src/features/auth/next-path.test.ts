import { expect, test } from "vitest";
import { safeNextPath } from "./next-path.ts";

test.each(["/machines", "/terminal/8f2c?renderer=dom", "/audit-log#row-7", "/machines?search=a%20b"])(
  "%s is a page of ours",
  (next) => expect(safeNextPath(next)).toBe(next),
);

test.each([
  "https://evil.example/",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/.//evil.example",
  "/machines/..//evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "machines",
  "",
  " /machines",
  "/sign-in?next=/sign-in",
  "/",
  undefined,
  null,
  42,
  ["/machines"],
])("%j leads home", (next) => expect(safeNextPath(next)).toBe("/machines"));

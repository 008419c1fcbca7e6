import { expect, test } from "vitest";
import { clockWarning } from "./link-status.ts";

test.each([
  [null, undefined],
  [59_000, undefined],
  [300_000, "this machine's clock is 300 s behind the control plane's"],
  [-3_600_000, "this machine's clock is 3600 s ahead of the control plane's"],
])("a clock that is %s ms off is told as it is", (offsetMs, text) => {
  expect(clockWarning(offsetMs)).toBe(text);
});

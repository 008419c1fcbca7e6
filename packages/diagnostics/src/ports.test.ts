import { AppError } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { requirePorts } from "./ports.ts";

test.each(["22", "22,80,443", "8000-8010,22", "1-1024", "65535", "64512-65535"])("GK-057 %s are ports", (text) => {
  expect(requirePorts(text)).toBe(text);
});

test.each([
  "",
  "0",
  "080",
  "65536",
  "99999",
  "80-70",
  "1-1025",
  "1-1000,2000-2100",
  "22,",
  ",22",
  "22,,80",
  "22-",
  "-22",
  "1-2-3",
  "T:22",
  "http*",
  "22 80",
  "22\n",
  "22,-oN/tmp/x",
])("R-25 %j is refused in words", (text) => {
  expect(() => requirePorts(text)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
});

test("R-25 whatever is accepted names 1 to 1,024 ports", () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 1_200 }));
  const list = fc.array(range, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(list, (ranges) => {
      const text = ranges.map(([first, more]) => (more === 0 ? `${first}` : `${first}-${first + more}`)).join(",");
      const isGood =
        ranges.every(([first, more]) => first >= 1 && first + more <= 65_535) &&
        ranges.reduce((sum, [, more]) => sum + more + 1, 0) <= 1_024;
      if (isGood) expect(requirePorts(text)).toBe(text);
      else expect(() => requirePorts(text)).toThrow(AppError);
    }),
  );
});

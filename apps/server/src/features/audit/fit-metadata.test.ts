import { AUDIT_METADATA_BYTES } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fitMetadata, storableText } from "./fit-metadata.ts";

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test("what fits stays as it is", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (metadata) => {
      const stored: unknown = JSON.parse(JSON.stringify(metadata).replaceAll(/\\u0000/g, "\\ufffd"));
      expect(fitMetadata(metadata)).toEqual(stored);
    }),
  );
});

test("T6.4 a megabyte is cut, says so, and is JSON that jsonb takes", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("x", '"', "\n", "\0", "\ud83d", "😀", "\\", '{"action":'),
      fc.constantFrom(
        (text: string) => ({ user_agent: text, name: "Linux-C" }),
        (text: string) => ({ deep: { list: [text, text] } }),
        (text: string) => ({ many: Array.from({ length: 20_000 }, () => text.slice(0, 8)) }),
        (text: string) => ({ [text]: 1 }),
      ),
      (unit, shape) => {
        const metadata = shape(unit.repeat(1_048_576 / unit.length));
        const fitted = fitMetadata(metadata);
        expect(bytes(fitted)).toBeLessThanOrEqual(AUDIT_METADATA_BYTES);
        expect(fitted.cut_from_bytes).toBeGreaterThan(AUDIT_METADATA_BYTES);
        expect(JSON.stringify(fitted)).not.toMatch(/\n|[^\\]\\u0000|[^\\]\\ud[89a-f]/);
      },
    ),
    { numRuns: 16 },
  );
}, 30_000);

test("a long text does not take the short ones beside it along", () => {
  expect(fitMetadata({ user_agent: "x".repeat(100_000), name: "Linux-C" })).toMatchObject({ name: "Linux-C" });
});

test("text that PostgreSQL cannot hold is replaced", () => {
  expect(storableText("a\0b\ud800c")).toBe("a\ufffdb\ufffdc");
});

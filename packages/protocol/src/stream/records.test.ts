import fc from "fast-check";
import { expect, test } from "vitest";
import { ExecInput, ExecOutput, encodeRecord, RecordReader } from "./records.ts";

const anyRecord = fc.record({
  kind: fc.constantFrom(...Object.values(ExecInput)),
  payload: fc.uint8Array({ maxLength: 40 }),
});

function readAll(chunks: readonly Uint8Array[]) {
  const reader = new RecordReader(ExecInput);
  const pieces: { kind: number; piece: Uint8Array }[] = [];
  const isWhole = chunks.every((chunk) => reader.read(chunk, (kind, piece) => pieces.push({ kind, piece })));
  return { isWhole, pieces };
}

/** The bytes cut at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test("a record is one byte of kind, four of length, and its payload", () => {
  expect(Buffer.from(encodeRecord(ExecOutput.stderr, Buffer.from("hi"))).toString("hex")).toBe("02000000026869");
});

test("however the stream is cut, every byte of every record arrives, in order and under its kind", () => {
  fc.assert(
    fc.property(fc.array(anyRecord), fc.array(fc.nat()), (records, places) => {
      const bytes = Buffer.concat(records.map(({ kind, payload }) => encodeRecord(kind, payload)));
      const { isWhole, pieces } = readAll(cut(bytes, places));
      expect(isWhole).toBe(true);
      const runs = (all: { kind: number; bytes: Uint8Array }[]) =>
        all.flatMap(({ kind, bytes }) => [...bytes].map((byte) => [kind, byte]));
      expect(runs(pieces.map(({ kind, piece }) => ({ kind, bytes: piece })))).toEqual(
        runs(records.map(({ kind, payload }) => ({ kind, bytes: payload }))),
      );
      const empty = (kind: number) => pieces.filter((each) => each.kind === kind && each.piece.length === 0).length;
      for (const kind of Object.values(ExecInput)) {
        const expected = records.filter((each) => each.kind === kind && each.payload.length === 0).length;
        expect(empty(kind)).toBe(expected);
      }
    }),
  );
});

test("bytes from a stranger never throw; an unknown kind is said", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) => {
      readAll(chunks);
    }),
  );
  expect(readAll([new Uint8Array([9, 0, 0, 0, 0])]).isWhole).toBe(false);
});

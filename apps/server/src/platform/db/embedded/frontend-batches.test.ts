import fc from "fast-check";
import { expect, test } from "vitest";
import { FrontendBatches } from "./frontend-batches.ts";

function message(type: string, body: string): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`);
  head.writeUInt32BE(body.length + 4, head.length - 4);
  return Buffer.concat([head, Buffer.from(body)]);
}

const startup = message("", "\0\x03\0\0user\0postgres\0\0");
const extended = Buffer.concat([message("P", "parse"), message("B", "bind"), message("E", "\0"), message("S", "")]);
const simple = message("Q", "SELECT 1\0");
const withFlush = Buffer.concat([message("E", "portal"), message("H", "")]);

test("a batch ends where the server answers, however the bytes arrive", () => {
  const bytes = Buffer.concat([startup, extended, simple, withFlush]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      const batches = new FrontendBatches();
      const edges = [0, ...cuts.sort((one, other) => one - other), bytes.length];
      const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
      const cut = chunks.flatMap((chunk) => batches.push(chunk)).map((batch) => Buffer.from(batch));
      expect(cut).toEqual([startup, extended, simple, withFlush]);
    }),
  );
});

test("messages that ask for no answer yet wait", () => {
  const batches = new FrontendBatches();
  batches.push(startup);
  expect(batches.push(Buffer.concat([message("P", "parse"), message("B", "bind")]))).toEqual([]);
});

test("a goodbye is not forwarded", () => {
  const batches = new FrontendBatches();
  batches.push(startup);
  expect(batches.push(message("X", ""))).toEqual([]);
  expect(batches.push(simple)).toHaveLength(1);
});

test("what waits does not change when pg reuses its memory", () => {
  const batches = new FrontendBatches();
  batches.push(startup);
  const reused = Buffer.from(extended.subarray(0, -1));
  batches.push(reused);
  reused.fill(0);
  expect(batches.push(extended.subarray(-1)).map((batch) => Buffer.from(batch))).toEqual([extended]);
});

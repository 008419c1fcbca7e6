import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FromHost, ToHost } from "../host/host-protocol.ts";
import { LINE_BYTES, LineSplitter, parseLine } from "./json-lines.ts";

describe("LineSplitter", () => {
  test("finds the same lines however the bytes are cut", () => {
    const anyLines = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")));
    const anyCuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
    fc.assert(
      fc.property(anyLines, anyCuts, (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const splitter = new LineSplitter();
        const found: string[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const next = at + (cuts[turn % cuts.length] ?? 1);
          found.push(...(splitter.push(bytes.subarray(at, next)) ?? []));
          at = next;
        }
        expect(found).toEqual(lines);
      }),
    );
  });

  test("gives up on a line without end, whatever size it comes in", () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.alloc(64 * 1024, "x");
    let pushed = 0;
    while (splitter.push(chunk)) pushed += chunk.length;
    expect(pushed).toBeLessThanOrEqual(LINE_BYTES);
    expect(new LineSplitter().push(Buffer.alloc(LINE_BYTES + 2, "x\n"))).toBeDefined();
    expect(
      new LineSplitter().push(Buffer.concat([Buffer.alloc(LINE_BYTES + 1, "x"), Buffer.from("\n")])),
    ).toBeUndefined();
  });
});

describe("parseLine", () => {
  test.each([
    "",
    "null",
    "[]",
    "{}",
    "{",
    '{"type":"unknown"}',
    '{"type":"shutdown"}',
    '{"type":"shutdown","reason":7}',
    `{"type":"shutdown","reason":"${"x".repeat(201)}"}`,
    '{"type":"command","message":"spawn_shell"}',
    '{"type":"welcome","clock":{"type":"clock"}}',
    '{"type":"__proto__"}',
    '{"type":"connect"',
  ])("does not take %s for a message to the host", (line) => {
    expect(parseLine(ToHost, line)).toBeUndefined();
  });

  test("never throws, and takes nothing but messages for messages", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        for (const type of [ToHost, FromHost]) expect(parseLine(type, line)).toBeUndefined();
      }),
    );
  });

  test("hands a signed message on exactly as it was signed", () => {
    const message = {
      type: "spawn_shell",
      sessionToken: { a: [1] },
      data: { payload: { b: null }, extra: "é" },
      more: 1,
    };
    expect(parseLine(ToHost, JSON.stringify({ type: "command", message }))).toEqual({ type: "command", message });
  });
});

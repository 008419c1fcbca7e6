import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EndMarkers, lineScript } from "./line-script.ts";

const NONCE = "5f0c1d11";

function read(chunks: readonly Uint8Array[]) {
  const markers = new EndMarkers(NONCE);
  const output: Buffer[] = [];
  const statuses: number[] = [];
  for (const chunk of chunks) {
    markers.feed(chunk, {
      output: (bytes) => output.push(Buffer.from(bytes)),
      ended: (status) => statuses.push(status),
    });
  }
  return { output: Buffer.concat(output).toString("latin1"), statuses };
}

test("output and markers come apart, however they are cut, also when the output looks like a marker", () => {
  const anyPart = fc.oneof(
    fc.constantFrom("\0", "\x005f", "\x005f0c1d11", "\n", "x"),
    fc.integer({ min: 0, max: 255 }).map((status) => ({ status })),
  );
  fc.assert(
    fc.property(fc.array(anyPart), fc.array(fc.nat()), (parts, cuts) => {
      const bytes = Buffer.from(
        parts.map((part) => (typeof part === "string" ? part : `\0${NONCE} ${part.status}\0`)).join(""),
        "latin1",
      );
      const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const { output, statuses } = read(ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)));
      const expected = parts.filter((part) => typeof part === "string").join("");
      expect(statuses).toEqual(parts.flatMap((part) => (typeof part === "string" ? [] : [part.status])));
      // What may still become a marker is held back.
      expect(expected.startsWith(output)).toBe(true);
      expect(expected.length - output.length).toBeLessThan(NONCE.length + 3);
    }),
  );
});

const run = (lines: string) =>
  read([execFileSync("/bin/sh", ["-c", lineScript(NONCE)], { input: lines, stdio: ["pipe", "pipe", "ignore"] })]);

test("GK-106 what a line sets is there for the next one, and each tells its status", () => {
  expect(run("cd /usr; x=7\npwd; echo $x\nfalse\n(exit 9)\n")).toEqual({ output: "/usr\n7\n", statuses: [0, 0, 1, 9] });
});

test("a line that is no command does not end the others", () => {
  const { output, statuses } = run("fi\n)\necho 'unfinished\nnosuchprogram\nexec 3</nowhere\necho on\n");
  expect(output).toBe("on\n");
  expect(statuses.map((status) => status === 0)).toEqual([false, false, false, false, false, true]);
});

test("a line that sends the shell's output elsewhere does not hide where commands end", () => {
  expect(run("exec >/dev/null\necho hidden\ntrue\n")).toEqual({ output: "", statuses: [0, 0, 0] });
});

test("a command does not read the lines that come after it", () => {
  expect(run("cat\necho next\n")).toEqual({ output: "next\n", statuses: [0, 0] });
});

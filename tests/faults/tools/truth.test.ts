import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { findBinary } from "../../harness/find-services.mjs";
import { TruthChecker, TruthError } from "../truth-checker.ts";
import { TruthTypist } from "../truth-typist.ts";

const SHELL = fileURLToPath(new URL("../truth-shell.mjs", import.meta.url));
// Debian's `script` makes a terminal for a command; other systems have another one, or none.
const hasScript = process.platform === "linux" && findBinary("script") !== undefined;
const shells: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const shell of shells.splice(0)) shell.kill("SIGKILL");
});

function startShell(...args: string[]): ChildProcessWithoutNullStreams {
  const shell = spawn(process.execPath, [SHELL, ...args]);
  shells.push(shell);
  return shell;
}

describe("the shell", () => {
  test("prints what the checker expects, answers every line, and says goodbye with status 7", async () => {
    const shell = startShell("--rate", "500000", "--record", "100");
    const checker = new TruthChecker();
    shell.stdout.on("data", (bytes) => checker.output(bytes));
    for (let line = 0; line < 20; line++) shell.stdin.write(checker.typist.line(line * 10));
    await expect.poll(() => checker.answered).toBe(20);
    await expect.poll(() => checker.records).toBeGreaterThan(500);
    shell.stdin.write(checker.typist.command("quit"));
    expect(await once(shell, "close")).toEqual([7, null]);
    checker.assertQuiet();
    expect(checker.farewell).toEqual({ records: checker.records, bytes: checker.bytes, inputs: 20 });
    expect(checker.pid).toBe(shell.pid);
  });

  test("is never faster than its rate, counted from its start", async () => {
    const startedMs = performance.now();
    const shell = startShell("--rate", "200000", "--record", "200");
    const checker = new TruthChecker();
    shell.stdout.on("data", (bytes) => checker.output(bytes));
    await expect.poll(() => checker.records).toBeGreaterThan(500);
    const seconds = (performance.now() - startedMs) / 1_000;
    // One record more than is owed may be under way.
    expect(checker.bytes).toBeLessThan(200_000 * seconds + 1_000);
  });

  test("stops, answers while it is stopped, and goes on, as fast as it may", async () => {
    const shell = startShell();
    const checker = new TruthChecker();
    shell.stdout.on("data", (bytes) => checker.output(bytes));
    await expect.poll(() => checker.records).toBeGreaterThan(20_000);
    shell.stdin.write(checker.typist.command("stop") + checker.typist.line());
    await expect.poll(() => checker.answered).toBe(1);
    checker.assertQuiet();
    const { records } = checker;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(checker.records).toBe(records);
    shell.stdin.write(checker.typist.command("go"));
    await expect.poll(() => checker.records).toBeGreaterThan(records);
  });

  test("notices a typed byte that is lost, doubled or changed", async () => {
    for (const spoil of [
      (line: string) => line.slice(1),
      (line: string) => line.slice(0, -1),
      (line: string) => line + line,
      (line: string) => line.replace(":", ";"),
    ]) {
      const shell = startShell("--rate", "10000");
      const checker = new TruthChecker();
      const failed = new Promise((resolve) => {
        shell.stdout.on("data", (bytes) => {
          try {
            checker.output(bytes);
          } catch (error) {
            resolve(error);
          }
        });
      });
      shell.stdin.write(spoil(checker.typist.line()) + checker.typist.line());
      expect(await failed).toBeInstanceOf(TruthError);
      shell.kill("SIGKILL");
    }
  });

  test.skipIf(!hasScript)("in a real terminal its lines end as the terminal ends them", async () => {
    const terminal = spawn("script", ["-qec", `${process.execPath} ${SHELL} --rate 100000`, "/dev/null"]);
    shells.push(terminal);
    const checker = new TruthChecker();
    terminal.stdout.on("data", (bytes) => checker.output(bytes));
    await expect.poll(() => checker.records).toBeGreaterThan(10);
    terminal.stdin.write(checker.typist.line());
    await expect.poll(() => checker.answered).toBe(1);
    expect(checker.layout?.eol).toBe("\r\n");
    terminal.stdin.write(checker.typist.command("quit"));
    expect(await once(terminal, "close")).toEqual([7, null]);
  });
});

/** A recorded session with three answers in it, and the typist that knows them. */
async function recorded(): Promise<{ output: Buffer; typist: TruthTypist }> {
  const shell = startShell("--rate", "100000", "--record", "50");
  const typist = new TruthTypist();
  const pieces: Buffer[] = [];
  const checker = new TruthChecker({ typist });
  shell.stdout.on("data", (bytes: Buffer) => {
    pieces.push(bytes);
    checker.output(bytes);
  });
  for (let line = 1; line <= 3; line++) {
    shell.stdin.write(typist.line());
    await expect.poll(() => checker.answered, { interval: 10 }).toBe(line);
    const { records } = checker;
    await expect.poll(() => checker.records, { interval: 10 }).toBeGreaterThan(records + 3);
  }
  shell.stdin.write(typist.command("quit"));
  await once(shell, "close");
  return { output: Buffer.concat(pieces), typist };
}

describe("the checker", () => {
  const check = (output: Buffer, typist: TruthTypist) => {
    const checker = new TruthChecker({ typist });
    checker.output(output);
    return checker;
  };

  test("finds every single lost, doubled, swapped or changed byte", async () => {
    const { output, typist } = await recorded();
    expect(check(output, typist).farewell).toBeDefined();
    const first = output.indexOf("\n") + 1;
    const last = output.indexOf("BYE");
    // Each is read whole: how much the shell could say, on a machine that has other things to do, must not count twice.
    const step = Math.ceil((last - first) / 3_000);
    for (let at = first; at < last - 1; at += step) {
      const [before, byte, after] = [output.subarray(0, at), output.subarray(at, at + 1), output.subarray(at + 1)];
      const lost = Buffer.concat([before, after]);
      const doubled = Buffer.concat([before, byte, byte, after]);
      const changed = Buffer.concat([before, Buffer.from([(byte[0] ?? 0) ^ 1]), after]);
      const swapped = Buffer.concat([before, after.subarray(0, 1), byte, after.subarray(1)]);
      expect(() => check(lost, typist), `lost ${at}`).toThrow(TruthError);
      expect(() => check(doubled, typist), `doubled ${at}`).toThrow(TruthError);
      expect(() => check(changed, typist), `changed ${at}`).toThrow(TruthError);
      if (after[0] !== byte[0]) expect(() => check(swapped, typist), `swapped ${at}`).toThrow(TruthError);
    }
  });

  test("says what happened to a whole record, and where", async () => {
    const { output, typist } = await recorded();
    const records = [...output.toString("latin1").matchAll(/#\d+:[^\n]*\n/g)];
    const [from = 0, to = 0] = [records[5]?.index, records[6]?.index];
    const lost = Buffer.concat([output.subarray(0, from), output.subarray(to)]);
    expect(() => check(lost, typist)).toThrow(
      new RegExp(`^at byte ${from + 1} of the output: records 5 to 5 are lost`),
    );
    const doubled = Buffer.concat([output.subarray(0, to), output.subarray(from)]);
    expect(() => check(doubled, typist)).toThrow(/record 5 comes again/);
  });

  test("bytes may come in any pieces, and at their offsets only", async () => {
    const { output, typist } = await recorded();
    const checker = new TruthChecker({ typist, offset: 1_000 });
    for (let at = 0; at < output.length; at++) checker.output(output.subarray(at, at + 1), 1_000 + at);
    expect(checker.farewell?.records).toBe(checker.records);
    expect(() => checker.output(output, 1_000)).toThrow(/output at 1000/);
  });

  test("an announced gap may begin and end anywhere, and everything behind it is judged again", async () => {
    const { output, typist } = await recorded();
    const end = output.indexOf("BYE");
    for (let from = output.indexOf("\n") + 1; from < end - 300; from += 7) {
      const to = from + 1 + ((from * 31) % 200);
      const checker = new TruthChecker({ typist });
      checker.output(output.subarray(0, from));
      checker.gap({ from, to });
      checker.output(output.subarray(to));
      expect(checker.farewell, `gap ${from} to ${to}`).toBeDefined();
      const spoiled = Buffer.concat([output.subarray(to, end - 60), output.subarray(end - 59)]);
      const strict = new TruthChecker({ typist });
      strict.output(output.subarray(0, from));
      strict.gap({ from, to });
      expect(() => strict.output(spoiled)).toThrow(TruthError);
    }
  });

  test("a gap that does not begin where the viewer is, and a screen that goes back, are refused", async () => {
    const { output, typist } = await recorded();
    const checker = check(output.subarray(0, 500), typist);
    expect(() => checker.gap({ from: 499, to: 600 })).toThrow(TruthError);
    expect(() => checker.screen(499)).toThrow(TruthError);
    checker.screen(700);
    checker.output(output.subarray(700));
    expect(checker.farewell).toBeDefined();
  });

  test("a second viewer may begin in the middle", async () => {
    const { output, typist } = await recorded();
    const { layout } = check(output, typist);
    if (!layout) throw new Error("no layout");
    const late = new TruthChecker({ typist, layout, offset: 333 });
    late.output(output.subarray(333));
    expect(late.farewell).toBeDefined();
    late.assertQuiet();
  });

  test("what a login shell prints before and after is not judged", async () => {
    const { output, typist } = await recorded();
    const around = Buffer.concat([Buffer.from("\x1b[?2004h$ node truth-shell.mjs\r\n"), output, Buffer.from("$ ")]);
    expect(check(around, typist).farewell).toBeDefined();
  });

  test("a line that was not answered is told", async () => {
    const { output, typist } = await recorded();
    const checker = check(output.subarray(0, output.lastIndexOf("<")), typist);
    expect(() => checker.assertQuiet()).toThrow("3 lines were typed, 2 were answered");
  });
});

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ExecInput, ExecOutput, encodeRecord, RecordReader } from "@sallyport/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PtyExit } from "../pty/pty.ts";
import { execEnvironment } from "./exec-environment.ts";
import { spawnExec } from "./exec-program.ts";

const USER = { file: "/bin/bash", args: ["-l"], cwd: "/", env: { PATH: "/usr/bin:/bin", TERM: "xterm", HOME: "/" } };

/** Runs a command, and what it says. */
function run(command: string, { stdin = false, recordedBytes = 0 } = {}) {
  const program = spawnExec({ ...execEnvironment(command, USER), stdin, recordedBytes, ended: () => {} });
  const said = { [ExecOutput.stdout]: [] as Buffer[], [ExecOutput.stderr]: [] as Buffer[] };
  const reader = new RecordReader(ExecOutput);
  let heard = () => {};
  program.onOutput((bytes) => {
    expect(reader.read(bytes, (kind, piece) => said[kind].push(Buffer.from(piece)))).toBe(true);
    heard();
  });
  let over = false;
  const exit = new Promise<PtyExit>((resolve) => program.onExit(resolve)).finally(() => {
    over = true;
  });
  onTestFinished(async () => {
    if (!over) program.hangup();
    await exit;
  });
  const text = (kind: ExecOutput) => Buffer.concat(said[kind]).toString();
  return {
    program,
    exit,
    stdout: () => text(ExecOutput.stdout),
    stderr: () => text(ExecOutput.stderr),
    bytes: () => Buffer.concat(said[ExecOutput.stdout]),
    errorBytes: () => Buffer.concat(said[ExecOutput.stderr]),
    says: async (wanted: string) => {
      while (!text(ExecOutput.stdout).includes(wanted)) {
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

const isAlive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

describe("what a command says", () => {
  test("stdout and stderr come apart, and the exit status after them", async () => {
    const command = run("echo out; echo err >&2; exit 7");
    expect(await command.exit).toEqual({ exitCode: 7, signal: null });
    expect([command.stdout(), command.stderr()]).toEqual(["out\n", "err\n"]);
  });

  test("GK-039 shell syntax works: pipes, variables, quotes", async () => {
    const command = run(`x=6; printf '%s\\n' a b c | head -2; echo "$((x * 7))"`);
    await command.exit;
    expect(command.stdout()).toBe("a\nb\n42\n");
  });

  test("its streams are pipes: they can be opened by name", async () => {
    const command = run(
      "sleep 0.2; echo out > /dev/stdout; echo err > /dev/stderr; cat /dev/stdin; ls -l /proc/self/fd",
      {
        stdin: true,
      },
    );
    command.program.write(encodeRecord(ExecInput.stdin, Buffer.from("typed")));
    command.program.write(encodeRecord(ExecInput.end));
    expect(await command.exit).toEqual({ exitCode: 0, signal: null });
    expect(command.stderr()).toBe("err\n");
    expect(command.stdout()).toMatch(/^out\ntyped/);
    expect(command.stdout()).not.toContain("socket:");
  });

  test("binary output of 20 MiB arrives exact, also when reading stops and goes on", async () => {
    const command = run("head -c 20971520 /dev/urandom | tee /dev/stderr");
    for (let turn = 0; turn < 20; turn += 1) {
      command.program.pause();
      await sleep(5);
      command.program.resume();
      await sleep(1);
    }
    await command.exit;
    expect(command.bytes().length).toBe(20_971_520);
    expect(command.bytes().equals(command.errorBytes())).toBe(true);
  });

  test("while reading is paused the command waits, and nothing piles up here", async () => {
    const command = run("yes");
    await command.says("y");
    command.program.pause();
    await sleep(50);
    const before = command.bytes().length;
    await sleep(200);
    expect(command.bytes().length).toBe(before);
    command.program.resume();
    command.program.hangup();
    await command.exit;
  });

  test("what is in its pipes is not lost when this process stands still after its end", async () => {
    const command = run("echo said");
    command.program.pause();
    while (existsSync(`/proc/${command.program.pid}`)) await new Promise(setImmediate);
    command.program.resume();
    // Longer than its pipes may be silent.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    await command.exit;
    expect(command.stdout()).toBe("said\n");
  });

  test("it has no terminal, and no variables of one", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell
    const command = run("test -t 0 || test -t 1 || echo none; echo ${TERM-unset}");
    await command.exit;
    expect(command.stdout()).toBe("none\nunset\n");
  });

  test("what it left in the background does not hold its end up, and lives on", async () => {
    const command = run("sleep 300 & echo $!");
    expect(await command.exit).toEqual({ exitCode: 0, signal: null });
    const pid = Number(command.stdout());
    onTestFinished(() => void process.kill(pid, "SIGKILL"));
    expect(isAlive(pid)).toBe(true);
  });

  test("the beginning is kept for the record, of both streams together, and no more", async () => {
    const command = run("echo 123456789; echo abcdef >&2", { recordedBytes: 12 });
    await command.exit;
    const { stdout, stderr, truncated } = command.program.recorded?.() ?? { stdout: "", stderr: "", truncated: false };
    const kept = Buffer.from(stdout, "base64").length + Buffer.from(stderr, "base64").length;
    expect([kept, truncated]).toEqual([12, true]);
  });
});

describe("what a command is told", () => {
  test("standard input arrives whole, and its end", async () => {
    const input = Buffer.alloc(300_000, "sallyport ");
    const command = run("sha256sum", { stdin: true });
    let written = 0;
    for (let at = 0; at < input.length; at += 10_000) {
      command.program.write(encodeRecord(ExecInput.stdin, input.subarray(at, at + 10_000)), () => {
        written += 1;
      });
    }
    command.program.write(encodeRecord(ExecInput.end));
    await command.exit;
    expect(command.stdout()).toContain(createHash("sha256").update(input).digest("hex"));
    expect(written).toBe(30);
  });

  test("without input it reads the end at once", async () => {
    const command = run("wc -c");
    await command.exit;
    expect(command.stdout().trim()).toBe("0");
  });

  test("what it will never read is let go of, and does not hold up who sends it", async () => {
    const command = run("exec <&-; echo closed; sleep 300", { stdin: true });
    await command.says("closed");
    const written = await new Promise<boolean>((resolve) => {
      command.program.write(encodeRecord(ExecInput.stdin, Buffer.alloc(200_000)), () => resolve(true));
    });
    expect(written).toBe(true);
    expect(command.program.pendingWriteBytes).toBe(0);
  });

  test("a signal reaches every process of it, also behind input that is not read", async () => {
    const command = run("sleep 300 | sleep 301 & sleep 302 & echo up; wait; echo survived", { stdin: true });
    await command.says("up");
    command.program.write(encodeRecord(ExecInput.stdin, Buffer.alloc(500_000)));
    command.program.write(encodeRecord(ExecInput.signal, Uint8Array.of(15)));
    expect(await command.exit).toEqual({ exitCode: null, signal: 15 });
    expect(command.stdout()).not.toContain("survived");
  });

  test("T8.1 hung up, nothing of it is left, not even what ignores every signal that can be ignored", async () => {
    const command = run("trap '' HUP INT TERM; (trap '' HUP INT TERM; while :; do sleep 1; done) & echo $!; wait");
    await command.says("\n");
    const pids = [command.program.pid ?? 0, Number(command.stdout())];
    command.program.hangup();
    expect(await command.exit).toEqual({ exitCode: null, signal: 9 });
    while (pids.some(isAlive)) await sleep(10);
  });

  test("hung up, its exit is told when nothing of it is left, also of what outlived its first process", async () => {
    const command = run("(trap '' HUP; exec sleep 301) & echo $!; wait");
    await command.says("\n");
    const pid = Number(command.stdout());
    command.program.hangup();
    await command.exit;
    expect(isAlive(pid)).toBe(false);
  });

  test("nonsense instead of records ends it", async () => {
    const command = run("sleep 300", { stdin: true });
    command.program.write(new Uint8Array([77, 0, 0, 0, 0]));
    expect((await command.exit).exitCode).toBe(null);
  });
});

import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { childStdio } from "./child-stdio.ts";
import type { Pty, PtyExit, SpawnPtyOptions } from "./pty.ts";
import { spawnPty } from "./pty-node.ts";

const SIZE = { cols: 80, rows: 24 };
const MIB = 1024 * 1024;
const CTRL_C = bytes("\x03");
const CTRL_D = bytes("\x04");
const IS_LINUX = process.platform === "linux";
const IS_ROOT = process.getuid?.() === 0;

/** Real programs on a machine that may be busy: nothing here says how long they take, only that they do not hang. */
const PATIENCE_MS = 120_000;
vi.setConfig({ testTimeout: PATIENCE_MS });

const until = (check: () => void) => vi.waitFor(check, { timeout: PATIENCE_MS, interval: 10 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pty-node-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function bytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** A terminal that remembers what its program has said, as one character per byte. */
type Watched = {
  readonly pty: Pty;
  readonly exited: Promise<PtyExit>;
  readonly output: () => string;
  /** The output up to and including the first match, once there is one. */
  readonly saw: (pattern: RegExp) => Promise<string>;
};

function start(file: string, args: readonly string[], over: Partial<SpawnPtyOptions> = {}): Watched {
  const pty = spawnPty({ file, args, env: { PATH: process.env.PATH ?? "" }, cwd: "/", ...SIZE, ...over });
  const chunks: string[] = [];
  const waiting = new Set<() => void>();
  pty.onOutput((chunk) => {
    chunks.push(Buffer.from(chunk).toString("latin1"));
    for (const look of waiting) look();
  });
  const output = () => {
    if (chunks.length > 1) chunks.splice(0, chunks.length, chunks.join(""));
    return chunks[0] ?? "";
  };
  const exited = new Promise<PtyExit>((resolve) => pty.onExit(resolve));
  const saw = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const match = pattern.exec(output());
        if (match === null) return;
        waiting.delete(look);
        resolve(output().slice(0, match.index + match[0].length));
      };
      waiting.add(look);
      look();
    });
  return { pty, exited, output, saw };
}

function startScript(script: string, over: Partial<SpawnPtyOptions> = {}, ...args: string[]): Watched {
  return start("/bin/sh", ["-c", script, "sh", ...args], over);
}

/** What `seq 1 last` looks like on a terminal. */
function countTo(last: number): string {
  return Array.from({ length: last }, (_, index) => `${index + 1}\r\n`).join("");
}

async function times<T>(count: number, parallel: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let left = count;
  const lane = async () => {
    while (left-- > 0) results.push(await run());
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return results;
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** The session of a process that still runs; one that waits for init to take note of its end does not. */
function findSession(pid: number): number | undefined {
  try {
    const [state, , , session] = statFields(pid);
    return state === "Z" ? undefined : Number(session);
  } catch {
    return undefined;
  }
}

function processesOfSession(leaderPid: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && findSession(pid) === leaderPid);
}

/** Waits until a process sleeps and has not run at all between several looks, as one blocked by the terminal does. */
async function untilBlocked(pid: number): Promise<void> {
  let before = "";
  let equalLooks = 0;
  await until(() => {
    const [state, ...counters] = statFields(pid);
    const now = state + counters.slice(10, 12).join() + readFileSync(`/proc/${pid}/status`, "latin1");
    equalLooks = state === "S" && now === before ? equalLooks + 1 : 0;
    before = now;
    expect(equalLooks).toBeGreaterThan(5);
  });
}

describe("output", () => {
  test("500 programs that print 100 kB and end at once lose nothing", async () => {
    const file = join(folder, "100-kb");
    const content = randomBytes(50_000).toString("hex");
    writeFileSync(file, content);
    const outputs = await times(500, 8, async () => {
      const { exited, output } = start("cat", [file]);
      await exited;
      return output();
    });
    expect(outputs.filter((output) => output !== content).map((output) => output.length)).toEqual([]);
  });

  test("a flood that ends with its program arrives whole", async () => {
    const { exited, output } = start("seq", ["1", "1000000"]);
    expect(await exited).toEqual({ exitCode: 0, signal: null });
    expect(sha256(output())).toBe(sha256(countTo(1_000_000)));
  });

  test("waits in the kernel until somebody listens", async () => {
    const pty = spawnPty({ file: "echo", args: ["early"], env: { PATH: process.env.PATH ?? "" }, cwd: "/", ...SIZE });
    const told: string[] = [];
    const exited = new Promise<void>((resolve) => {
      pty.onExit(() => {
        told.push("exit");
        resolve();
      });
    });
    await until(() => expect(processesOfSession(pty.pid)).toEqual([]));
    expect(told).toEqual([]);
    pty.onOutput((chunk) => told.push(Buffer.from(chunk).toString()));
    await exited;
    expect(told).toEqual(["early\r\n", "exit"]);
  });

  test("arrives whole, whoever copies each chunk while he is told of it", async () => {
    const pty = spawnPty({
      file: "seq",
      args: ["1", "50000"],
      env: { PATH: process.env.PATH ?? "" },
      cwd: "/",
      ...SIZE,
    });
    const kept: Uint8Array[] = [];
    pty.onOutput((chunk) => kept.push(Buffer.from(chunk)));
    await new Promise((resolve) => pty.onExit(resolve));
    expect(Buffer.concat(kept).toString() === countTo(50_000)).toBe(true);
  });

  test("is not decoded: every byte value passes both ways", async () => {
    const { pty, saw, exited, output } = startScript("stty raw -echo; printf READY; head -c 256; printf END");
    await saw(/READY/);
    pty.write(Uint8Array.from({ length: 256 }, (_, value) => value));
    await exited;
    const everyValue = String.fromCharCode(...Array.from({ length: 256 }, (_, value) => value));
    expect(output()).toBe(`READY${everyValue}END`);
  });
});

describe("the end", () => {
  test.each([
    ["the status it returned", "exit 7", { exitCode: 7, signal: null }],
    ["the signal that killed it", "kill -TERM $$", { exitCode: null, signal: constants.signals.SIGTERM }],
  ])("is told with %s", async (_, script, expected) => {
    expect(await startScript(script).exited).toEqual(expected);
  });

  test("comes once, and to a listener that came late", async () => {
    const { pty, exited } = startScript("exit 3");
    await exited;
    const late = vi.fn();
    pty.onExit(late);
    await new Promise(setImmediate);
    expect(late).not.toHaveBeenCalled();

    const unheard = spawnPty({ file: "true", args: [], env: { PATH: process.env.PATH ?? "" }, cwd: "/", ...SIZE });
    unheard.onOutput(() => {});
    await until(() => expect(existsSync(`/proc/${unheard.pid}`)).toBe(false));
    await new Promise(setImmediate);
    expect(await new Promise((resolve) => unheard.onExit(resolve))).toEqual({ exitCode: 0, signal: null });
  });

  test("waits for a paused reader: first the rest, then the exit", async () => {
    const told: string[] = [];
    const { pty, exited, output } = start("seq", ["1", "1500"]);
    pty.pause();
    pty.onExit(() => told.push("exit"));
    await until(() => expect(existsSync(`/proc/${pty.pid}`)).toBe(false));
    await new Promise(setImmediate);
    expect({ told, output: output() }).toEqual({ told: [], output: "" });

    const ended = new Promise<string>((resolve) => pty.onExit(() => resolve(output())));
    pty.resume();
    expect(await ended).toBe(countTo(1500));
    void exited;
  });

  test("a reader that pauses at every chunk of the rest still gets it all", async () => {
    const { pty } = start("seq", ["1", "1500"]);
    pty.pause();
    await until(() => expect(existsSync(`/proc/${pty.pid}`)).toBe(false));
    let output = "";
    pty.onOutput((chunk) => {
      output += Buffer.from(chunk).toString();
      pty.pause();
      setImmediate(() => pty.resume());
    });
    const ended = new Promise<string>((resolve) => pty.onExit(() => resolve(output)));
    pty.resume();
    expect(await ended).toBe(countTo(1500));
  });

  test("is the shell's, not that of what it left running", async () => {
    const { exited, output } = startScript("sleep 100 & echo $!; exit 5");
    expect(await exited).toEqual({ exitCode: 5, signal: null });
    const sleeperPid = Number(output());
    expect(process.kill(sleeperPid, 0)).toBe(true);
    process.kill(sleeperPid, "SIGKILL");
  });

  test("comes although a background program goes on printing", async () => {
    const pidFile = join(folder, "flooder");
    const { exited, output } = startScript('yes & echo $! > "$1"; echo LAST; exit 5', {}, pidFile);
    expect(await exited).toEqual({ exitCode: 5, signal: null });
    expect(output()).toContain("LAST\r\n");
    // Its terminal is gone, so its next write fails.
    await until(() => expect(findSession(Number(readFileSync(pidFile, "utf8")))).toBeUndefined());
  });
});

describe.runIf(IS_LINUX)("pause", () => {
  test("stops the program, and resume continues exactly where it was", async () => {
    const { pty, exited, output } = start("seq", ["1", "300000"]);
    for (const atBytes of [1, 300_000, 900_000]) {
      await new Promise<void>((resolve) => {
        const wait = () => (output().length >= atBytes ? resolve() : void setImmediate(wait));
        wait();
      });
      pty.pause();
      const atPauseBytes = output().length;
      await untilBlocked(pty.pid);
      const written = Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pty.pid}/io`, "latin1"))?.[1]);
      expect(output().length).toBe(atPauseBytes);
      // What the program has written beyond that is in the kernel; newlines have grown by a carriage return.
      expect(written - atPauseBytes).toBeLessThan(MIB);
      pty.resume();
    }
    await exited;
    expect(sha256(output())).toBe(sha256(countTo(300_000)));
  });

  test("inside the listener holds from the next byte on", async () => {
    const pty = spawnPty({ file: "yes", args: [], env: { PATH: process.env.PATH ?? "" }, cwd: "/", ...SIZE });
    let chunks = 0;
    await new Promise<void>((resolve) => {
      pty.onOutput(() => {
        chunks += 1;
        pty.pause();
        resolve();
      });
    });
    await untilBlocked(pty.pid);
    expect(chunks).toBe(1);
    const exited = new Promise((resolve) => pty.onExit(resolve));
    pty.hangup();
    await exited;
  });
});

describe("input", () => {
  const paste = Array.from({ length: 20_000 }, (_, line) => `line ${line} ${"x".repeat(40)}\n`)
    .join("")
    .slice(0, MIB - 1)
    .concat("\n");

  test("1 MiB pasted into cat arrives byte for byte, and the terminal still works", async () => {
    const file = join(folder, "pasted");
    const script = 'cat > "$1"; echo "STATUS $?"; read word; echo "HEARD $word"';
    const { pty, saw, exited } = startScript(`echo READY; ${script}`, {}, file);
    await saw(/READY/);
    pty.write(bytes(paste));
    expect(pty.pendingWriteBytes).toBeGreaterThan(0);
    await new Promise<void>((resolve) => pty.onDrain(resolve));
    expect(pty.pendingWriteBytes).toBe(0);
    pty.write(CTRL_D);
    await saw(/STATUS 0/);
    pty.write(bytes("again\n"));
    await saw(/HEARD again/);
    expect(await exited).toEqual({ exitCode: 0, signal: null });
    expect(sha256(readFileSync(file))).toBe(sha256(paste));
  });

  test("1 MiB of any bytes reaches a program in raw mode", async () => {
    const content = randomBytes(MIB);
    const { pty, saw, exited, output } = startScript(`stty raw -echo; echo READY; head -c ${MIB} | sha256sum`);
    await saw(/READY/);
    for (let offset = 0; offset < MIB; offset += 10_000) pty.write(content.subarray(offset, offset + 10_000));
    await exited;
    expect(output()).toContain(sha256(content));
  });

  test("waits without holding up anything else while the program is not reading", async () => {
    const { pty, saw, exited, output } = startScript(`stty raw -echo; echo READY; exec head -c ${MIB} | sha256sum`);
    await saw(/READY/);
    pty.signal("SIGSTOP");
    const content = randomBytes(MIB);
    const written: string[] = [];
    pty.write(content.subarray(0, MIB - 1), () => written.push("rest"));
    pty.write(content.subarray(MIB - 1), () => written.push("last byte"));
    await start("true", []).exited;
    expect(pty.pendingWriteBytes).toBeGreaterThan(MIB / 2);
    expect(written).toEqual([]);
    pty.signal("SIGCONT");
    await exited;
    expect(written).toEqual(["rest", "last byte"]);
    expect(output()).toContain(sha256(content));
  });

  test("is reported as written in the order it was given, also what fits at once", async () => {
    const { pty, saw } = startScript("stty raw -echo; echo READY; cat");
    await saw(/READY/);
    const written: string[] = [];
    pty.write(bytes("a"), () => written.push("a"));
    pty.write(bytes(""), () => written.push("nothing"));
    pty.write(bytes("b"), () => written.push("b"));
    await saw(/ab/);
    expect(written).toEqual(["a", "nothing", "b"]);
    pty.hangup();
  });

  test("Ctrl-C stops a flood", async () => {
    const { pty, saw, exited } = startScript("trap : INT; yes; echo STOPPED");
    await saw(/y\r\ny\r\n/);
    pty.write(CTRL_C);
    await saw(/STOPPED/);
    expect(await exited).toEqual({ exitCode: 0, signal: null });
  });

  test("after the end is dropped", async () => {
    const { pty, exited } = startScript("exit");
    await exited;
    const onWritten = vi.fn();
    pty.write(bytes("late"), onWritten);
    pty.resize(SIZE);
    pty.signal("SIGTERM");
    pty.hangup();
    pty.pause();
    pty.resume();
    expect(onWritten).not.toHaveBeenCalled();
    expect(pty.pendingWriteBytes).toBe(0);
  });
});

describe("the terminal", () => {
  test("has the size it was opened with and is told of a new one", async () => {
    const { pty, saw, exited } = startScript(
      'trap "stty size; exit 7" WINCH; stty size; while :; do sleep 0.01; done',
      { cols: 132, rows: 43 },
    );
    await saw(/43 132\r\n/);
    pty.resize({ cols: 90, rows: 30 });
    await saw(/30 90\r\n/);
    expect((await exited).exitCode).toBe(7);
  });

  test.each([
    [0, 24],
    [80, 65_536],
    [80.5, 24],
    [Number.NaN, 24],
  ])("cannot be %s by %s", (cols, rows) => {
    expect(() => start("true", [], { cols, rows })).toThrow(RangeError);
  });

  test("is the program's controlling terminal, in UTF-8, and passes arguments as they are", async () => {
    const odd = 'it\'s "odd" $HOME; `id`\\';
    const script = 'stty -a < /dev/tty | grep -o " iutf8"; ps -o tty= -p $$ >&2; printf "%s|" "$@"';
    const { exited, output } = startScript(script, {}, odd, "", "*");
    await exited;
    expect(output()).toMatch(/^ iutf8\r\npts\/\d+\s*\r\n/);
    expect(output().endsWith(`${odd}||*|`)).toBe(true);
  });

  test("starts in its folder with the environment it was given and nothing of the agent's", async () => {
    vi.stubEnv("AGENT_ONLY", "secret");
    const { exited, output } = startScript("pwd; env", { cwd: folder, env: { PATH: "/usr/bin:/bin", MARK: "mine" } });
    await exited;
    vi.unstubAllEnvs();
    expect(output()).toMatch(new RegExp(`^${folder}\r\n`));
    expect(output()).toContain("MARK=mine\r\n");
    expect(output()).not.toContain("AGENT_ONLY");
  });

  test.runIf(IS_LINUX && IS_ROOT)(
    "of another user is that user's, and so is the program, without our groups",
    async () => {
      const script = "id -u; id -g; id -G; stat -c %u $(tty)";
      const { exited, output } = startScript(script, { uid: 65_534, gid: 65_533 });
      await exited;
      expect(output()).toBe("65534\r\n65533\r\n65533\r\n65534\r\n");
    },
  );

  test("of another user needs a group too", () => {
    expect(() => start("true", [], { uid: 65_534 })).toThrow(TypeError);
  });
});

describe("signals", () => {
  test("go to the foreground job, not to the shell behind it", async () => {
    const { pty, saw, exited } = startScript('set -m; sh -c "echo JOB; exec sleep 100"; echo "STATUS $?"');
    await saw(/JOB/);
    pty.signal("SIGTERM");
    await saw(/STATUS 143/);
    expect((await exited).exitCode).toBe(0);
  });

  test("a hang-up ends a shell that obeys it", async () => {
    const { pty, saw, exited } = startScript("echo READY; cat; cat");
    await saw(/READY/);
    pty.hangup();
    expect(await exited).toEqual({ exitCode: null, signal: constants.signals.SIGHUP });
  });

  test("a stopped program is continued to be hung up", async () => {
    const { pty, saw, exited } = startScript("trap 'echo BYE; exit 4' HUP; echo READY; kill -STOP $$; cat");
    await saw(/READY/);
    if (IS_LINUX) await until(() => expect(statFields(pty.pid)[0]).toBe("T"));
    pty.hangup();
    expect((await exited).exitCode).toBe(4);
  });

  test.runIf(IS_LINUX)("a hang-up kills what ignores it, and leaves nothing behind", async () => {
    const script =
      'trap "" HUP; set -m; nohup sleep 100 & (sleep 100 & sleep 100) & echo READY; while :; do sleep 1; done';
    const { pty, saw, exited } = startScript(script, { hangupGraceMs: 20 });
    await saw(/READY/);
    await until(() => expect(processesOfSession(pty.pid).length).toBeGreaterThan(3));
    pty.hangup();
    pty.hangup();
    expect(await exited).toEqual({ exitCode: null, signal: constants.signals.SIGKILL });
    await until(() => expect(processesOfSession(pty.pid)).toEqual([]));
  });

  test.runIf(IS_LINUX)("a hang-up also kills what outlives an obedient shell", async () => {
    const { pty, saw, exited } = startScript('(trap "" HUP; sleep 100; :) & echo READY; cat', { hangupGraceMs: 20 });
    await saw(/READY/);
    pty.hangup();
    expect((await exited).signal).toBe(constants.signals.SIGHUP);
    await until(() => expect(processesOfSession(pty.pid)).toEqual([]));
  });

  test("a hang-up does not wait for a paused reader", async () => {
    const flood = start("yes", []);
    await flood.saw(/y/);
    flood.pty.pause();
    flood.pty.hangup();
    expect((await flood.exited).signal).toBe(constants.signals.SIGHUP);

    const ended = start("seq", ["1", "100"]);
    ended.pty.pause();
    await until(() => expect(existsSync(`/proc/${ended.pty.pid}`)).toBe(false));
    ended.pty.hangup();
    expect(await ended.exited).toEqual({ exitCode: 0, signal: null });
  });
});

describe("what cannot start", () => {
  test.each([
    ["a shell that is not there", { file: "/no/such/shell" }, "FILE_NOT_FOUND"],
    ["a name that is in no folder of PATH", { file: "no-such-program" }, "FILE_NOT_FOUND"],
    ["a folder instead of a shell", { file: "/tmp" }, "FILE_NOT_FOUND"],
    ["a file that may not be executed", { file: "/etc/passwd" }, "FILE_NOT_EXECUTABLE"],
    ["a working folder that is not there", { cwd: "/no/such/folder" }, "FOLDER_NOT_FOUND"],
    ["more arguments than the kernel takes", { args: Array<string>(1000).fill("x".repeat(10_000)) }, "SPAWN_REFUSED"],
  ])("%s is refused, and leaves no descriptor open", (_, over, code) => {
    start("true", []).pty.hangup();
    const before = countDescriptors();
    expect(() => start("true", [], over)).toThrow(expect.objectContaining({ name: "PtySpawnError", code }));
    expect(countDescriptors()).toBe(before);
  });

  test("a file that is no program ends with a status and words", async () => {
    const file = join(folder, "no-program");
    writeFileSync(file, "\x7fELF but not really", { mode: 0o755 });
    const { exited, output } = start(file, []);
    expect((await exited).exitCode).toBeGreaterThan(0);
    expect(output()).not.toBe("");
  });
});

function countDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

describe.runIf(IS_LINUX)("descriptors", () => {
  test("200 terminals leave none behind", async () => {
    await start("true", []).exited;
    const before = countDescriptors();
    await times(200, 20, () => start("echo", ["hello"]).exited);
    await until(() => expect(countDescriptors()).toBe(before));
  });

  test("of one terminal never reach the programs of another, or any other child", async () => {
    const others = [start("cat", []), start("cat", [])];
    const lister = start("ls", ["-l", "/proc/self/fd"]);
    await lister.exited;
    expect(lister.output()).toMatch(/0 -> \/dev\/pts/);
    expect(lister.output()).not.toContain("ptmx");
    const listing = execFileSync("ls", ["-l", "/proc/self/fd"], { stdio: childStdio(["ignore", "pipe", "ignore"]) });
    expect(listing.toString()).not.toMatch(/ptmx|pts/);
    for (const { pty } of others) pty.hangup();
    await Promise.all(others.map(({ exited }) => exited));
  });

  test("no zombie stays", async () => {
    const { pty, exited } = startScript("exit 1");
    await exited;
    expect(existsSync(`/proc/${pty.pid}`)).toBe(false);
  });
});

import { writeFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  AppError,
  DIAGNOSTIC_OUTPUT_BYTES,
  DIAGNOSTIC_TOOLS,
  DiagnosticRequest,
  type DiagnosticTool,
} from "@sallyport/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOSTILE_TEXTS } from "./hostile-texts.fixture.ts";
import { toolRequest } from "./tool-request.ts";
import { type RunHooks, Toolbench, UnknownHost } from "./toolbench.ts";

let folder: string;
/** Where the recorder writes: anybody may, because the tools run as nobody when the tests run as root. */
let records: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-tools-"));
  await chmod(folder, 0o755);
  records = join(folder, "records");
  await mkdir(records, { mode: 0o777 });
  await chmod(records, 0o777);
});
afterAll(() => rm(folder, { recursive: true }));

/** A bench with one tool that is this shell script. */
async function benchWith(tool: DiagnosticTool, script: string): Promise<Toolbench> {
  const directory = await mkdtemp(join(folder, "bin-"));
  await chmod(directory, 0o755);
  await writeFile(join(directory, tool), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return new Toolbench({ directories: ["/nowhere", directory] });
}

/** A bench with one tool that is another name of BusyBox, as on Alpine. */
async function busyBox(tool: DiagnosticTool, script: string): Promise<Toolbench> {
  const directory = await mkdtemp(join(folder, "alpine-"));
  await writeFile(join(directory, "busybox"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await symlink("busybox", join(directory, tool));
  return new Toolbench({ directories: [directory] });
}

const asked = (fields: object) =>
  toolRequest(DiagnosticRequest.parse({ tool: "ping", target: "example.com", ...fields }));

const quiet = (): RunHooks => ({ onOutput: () => {}, signal: new AbortController().signal });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const gone = async (pid: number): Promise<void> => {
  // A process that was killed is there until it is reaped.
  while (isAlive(pid)) await setTimeout(5);
};

test("what the tool writes comes as it is written, from both outputs, and is kept", async () => {
  const told = join(records, "told");
  const once = (count: number) => `until [ "$(cat ${told})" = ${count} ]; do sleep 0.01; done`;
  await writeFile(told, "0");
  const bench = await benchWith(
    "ping",
    `echo one; ${once(1)}; echo two >&2; ${once(2)}; printf 'thr\\303\\251e'; exit 7`,
  );
  const pieces: string[] = [];
  const onOutput = (text: string) => writeFileSync(told, String(pieces.push(text)));
  const report = await bench.run(asked({}), { ...quiet(), onOutput });
  expect(pieces.slice(0, 2)).toEqual(["one\n", "two\n"]);
  expect(pieces.join("")).toBe("one\ntwo\nthrée");
  expect(report).toMatchObject({
    status: "failed",
    output: "one\ntwo\nthrée",
    truncated: false,
    exit_code: 7,
    error: null,
  });
});

test("U-GK-07 a tool gets its arguments, no input, a bare environment, and nothing else", async () => {
  const bench = await benchWith("ping", `printf '%s|' "$@"; cat; pwd; env | sed 's/=.*//' | sort | tr '\\n' ' '`);
  const { output } = await bench.run(asked({ count: 2 }), quiet());
  expect(output).toBe("-c|2|--|example.com|/\nLC_ALL PATH PWD ");
});

test.runIf(process.getuid?.() === 0)("a tool that root starts is nobody", async () => {
  const bench = await benchWith("ping", "id -u; id -g; id -G");
  expect((await bench.run(asked({}), quiet())).output).toBe("65534\n65534\n65534\n");
});

test.runIf(process.getuid?.() === 0)("BusyBox's ping stays root, without which it can do nothing", async () => {
  const bench = await busyBox("ping", "id -u");
  expect((await bench.run(asked({}), quiet())).output).toBe("0\n");
});

test("T8.1 a tool that ignores SIGTERM, and what it started, are dead soon after its time", async () => {
  const bench = await benchWith("ping", "trap '' TERM; sleep 600 & echo $! $$; while :; do wait; done");
  const report = await bench.run(asked({ timeout_seconds: 5 }), quiet());
  expect(report).toMatchObject({ status: "timeout", exit_code: null, error: "timed out after 5 seconds" });
  const pids = report.output.trim().split(" ").map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await gone(pid);
});

test("a tool whose caller goes away ends at once", async () => {
  const bench = await benchWith("ping", "echo $$; exec sleep 600");
  const caller = new AbortController();
  const report = await bench.run(asked({}), { onOutput: () => caller.abort(), signal: caller.signal });
  expect(report).toMatchObject({ status: "failed", error: "stopped, because nobody waited for it any more" });
  await gone(Number(report.output));
});

test("a tool whose caller was gone before it began ends, too", async () => {
  const bench = await benchWith("ping", "exec sleep 600");
  expect(await bench.run(asked({}), { ...quiet(), signal: AbortSignal.abort() })).toMatchObject({ status: "failed" });
});

test("T8.3 of an output without end the beginning is kept, the tool is stopped, and memory does not grow", async () => {
  const bench = await benchWith("ping", "exec head -c 1073741824 /dev/zero");
  const before = process.memoryUsage().rss;
  let seenBytes = 0;
  const report = await bench.run(asked({}), { ...quiet(), onOutput: (text) => (seenBytes += text.length) });
  expect(report).toMatchObject({ status: "failed", truncated: true });
  expect(report.error).toContain(String(DIAGNOSTIC_OUTPUT_BYTES));
  expect(report.output).toHaveLength(DIAGNOSTIC_OUTPUT_BYTES);
  expect(seenBytes).toBe(DIAGNOSTIC_OUTPUT_BYTES);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});

test("T8.3 the same for a tool that goes on when nobody reads it", async () => {
  const bench = await benchWith("ping", "trap '' PIPE TERM; while :; do head -c 65536 /dev/zero; done");
  expect(await bench.run(asked({}), quiet())).toMatchObject({ status: "failed", truncated: true });
});

test("output of exactly as much as is kept is whole", async () => {
  const bench = await benchWith("nmap", `head -c ${DIAGNOSTIC_OUTPUT_BYTES} /dev/zero`);
  const report = await bench.run(asked({ tool: "nmap", ports: "1" }), quiet());
  expect(report).toMatchObject({ truncated: false, exit_code: 0 });
});

test("a child that was left behind with the tool's output does not hold the answer up, and is gone", async () => {
  const bench = await benchWith("ping", "sleep 600 & echo $!");
  const report = await bench.run(asked({}), quiet());
  expect(report.exit_code).toBe(0);
  await gone(Number(report.output));
});

test("a tool that has ended was not stopped, whatever happens while its last words are awaited", async () => {
  // What it left behind holds its output, and is in a session of its own.
  const bench = await benchWith("ping", "setsid sleep 2 & sleep 0.1; echo $$");
  const caller = new AbortController();
  let pid = 0;
  const running = bench.run(asked({}), { onOutput: (text) => (pid = Number(text)), signal: caller.signal });
  while (pid === 0) await setTimeout(5);
  await gone(pid);
  caller.abort();
  expect(await running).toMatchObject({ exit_code: 0, error: null });
});

test("T8.2 a tool that is not there is TOOL_NOT_AVAILABLE, and the package that has it is named", async () => {
  const bench = new Toolbench({ directories: [join(folder, "nothing")] });
  const refused = bench.run(asked({ tool: "nslookup" }), quiet());
  await expect(refused).rejects.toMatchObject({
    code: "TOOL_NOT_AVAILABLE",
    message:
      "nslookup is not installed there; install the package dnsutils (Debian, Ubuntu), bind-utils (RHEL, Fedora) or bind-tools (Alpine)",
  });
  await expect(bench.run(asked({ tool: "nmap", ports: "22" }), quiet())).rejects.toThrow("install the package nmap");
});

test("BusyBox's nc cannot do what is asked, and counts as missing", async () => {
  const bench = await busyBox("nc", "exit 0");
  await expect(bench.run(asked({ tool: "nc", port: 22 }), quiet())).rejects.toThrow("netcat-openbsd");
});

test("a tool that cannot be started failed, in words", async () => {
  const directory = await mkdtemp(join(folder, "broken-"));
  await chmod(directory, 0o755);
  await writeFile(join(directory, "ping"), "#!/no/such/interpreter\n", { mode: 0o755 });
  const report = await new Toolbench({ directories: [directory] }).run(asked({}), quiet());
  expect(report).toMatchObject({ status: "failed", error: "ping cannot be started: ENOENT", exit_code: null });
});

test("GK-117 two at a time, and the next when one has ended", async () => {
  const bench = await benchWith("ping", "echo up; exec sleep 600");
  const callers = [new AbortController(), new AbortController()];
  const running = callers.map(async (caller) => {
    let up: (() => void) | undefined;
    const started = new Promise<void>((resolve) => (up = resolve));
    const ended = bench.run(asked({}), { onOutput: () => up?.(), signal: caller.signal });
    await started;
    return { ended };
  });
  const [first, second] = await Promise.all(running);
  await expect(bench.run(asked({}), quiet())).rejects.toMatchObject({ code: "TOO_MANY_TOOLS", data: { limit: 2 } });
  callers[0]?.abort();
  await first?.ended;
  const third = bench.run(asked({}), { onOutput: () => bench.close(), signal: new AbortController().signal });
  // Closing ends them all, and nothing is started any more.
  expect([(await third).status, (await second?.ended)?.status]).toEqual(["failed", "failed"]);
  await expect(bench.run(asked({}), quiet())).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
});

test("the tool is pointed where the hook says, after its whole command was told", async () => {
  const bench = await benchWith("ping", `printf '%s ' "$@"`);
  const told: unknown[] = [];
  const report = await bench.run(asked({}), {
    ...quiet(),
    aim: async ({ text }) => {
      told.push(text);
      return { kind: "ipv4", text: "192.0.2.1" };
    },
    begin: async (argv) => void told.push(argv),
  });
  expect(told).toEqual(["example.com", ["ping", "-c", "4", "--", "192.0.2.1"]]);
  expect(report.output).toBe("-c 4 -- 192.0.2.1 ");
});

test("what a hook refuses is not run; a name that leads nowhere is a run that failed", async () => {
  const bench = await benchWith("ping", `touch ${join(folder, "ran")}`);
  const refusal = new AppError("AUDIT_UNAVAILABLE", {});
  const refuse = () => Promise.reject(refusal);
  await expect(bench.run(asked({}), { ...quiet(), begin: refuse })).rejects.toBe(refusal);
  await expect(bench.run(asked({}), { ...quiet(), aim: refuse })).rejects.toBe(refusal);
  const nowhere = () => Promise.reject(new UnknownHost("nosuch.invalid: no such host"));
  expect(await bench.run(asked({}), { ...quiet(), aim: nowhere })).toMatchObject({
    status: "failed",
    error: "nosuch.invalid: no such host",
    exit_code: null,
  });
  expect(await readdir(folder)).not.toContain("ran");
});

describe("R-25 hostile targets, ports and counts", () => {
  /** Runs every request; of those that are not refused, the recorder must have seen exactly the vector, each once. */
  async function runAll(requests: readonly object[]): Promise<string[][]> {
    const record = join(records, `argv-${Math.random()}`);
    const recorder = `{ printf '%s\\037' "$@"; printf '\\036'; } >> ${record}`;
    const directory = await mkdtemp(join(folder, "recorders-"));
    await chmod(directory, 0o755);
    for (const tool of Object.keys(DIAGNOSTIC_TOOLS)) {
      await writeFile(join(directory, tool), `#!/bin/sh\n${recorder}\n`, { mode: 0o755 });
    }
    const bench = new Toolbench({ directories: [directory] });
    const expected: string[][] = [];
    for (const fields of requests) {
      const parsed = DiagnosticRequest.safeParse(fields);
      if (!parsed.success) continue;
      let request: ReturnType<typeof toolRequest>;
      try {
        request = toolRequest(parsed.data);
      } catch (error) {
        expect(error).toMatchObject({ code: "INVALID_INPUT" });
        continue;
      }
      expected.push(vectorOf(parsed.data));
      await bench.run(request, quiet());
    }
    if (expected.length > 0) {
      const recorded = (await readFile(record, "utf8")).split("\x1e").slice(0, -1);
      expect(recorded.map((line) => line.split("\x1f").slice(0, -1))).toEqual(expected);
    }
    expect(await written()).toEqual([]);
    return expected;
  }

  /** What U-GK-07 says, written a second time. */
  function vectorOf({ tool, target, count, max_hops, port, ports }: DiagnosticRequest): string[] {
    const six = target.includes(":") ? ["-6"] : [];
    return {
      ping: ["-c", `${count ?? 4}`, "--", target],
      nslookup: [target],
      traceroute: ["-m", `${max_hops ?? 20}`, "--", target],
      nc: ["-zv", "-w", "5", "--", target, `${port}`],
      nmap: [...six, "-sT", "-p", `${ports}`, "--", target],
    }[tool];
  }

  /** What the corpus would write, if anything of it were obeyed: in the tools' folder, or in /tmp. */
  const written = async () =>
    [...(await readdir("/")), ...(await readdir("/tmp"))].filter((name) => name.startsWith("sallyport-pwned"));

  test("the corpus, in every field of every tool", async () => {
    expect(HOSTILE_TEXTS.length).toBeGreaterThanOrEqual(300);
    const requests = HOSTILE_TEXTS.flatMap((text) => [
      ...Object.keys(DIAGNOSTIC_TOOLS).map((tool) => ({
        tool,
        target: text,
        ...(tool === "nc" && { port: 22 }),
        ...(tool === "nmap" && { ports: "22" }),
      })),
      { tool: "nmap", target: "example.com", ports: text },
      { tool: "nc", target: "example.com", port: text },
      { tool: "ping", target: "example.com", count: text },
      { tool: "traceroute", target: "example.com", max_hops: text },
      { tool: text, target: "example.com" },
    ]);
    // Nothing of it is a host, a port or a number to all tools alike.
    expect(await runAll(requests)).toEqual([]);
  });

  test("10,000 random texts", async () => {
    const near = fc.stringMatching(/^[-a-z0-9.:@/;$(){}`|&<>%= ]{1,12}$/);
    const text = fc.oneof(fc.string({ unit: "binary" }), near, fc.stringMatching(/^[0-9a-f.:x-]{1,15}$/));
    const request = fc.oneof(
      { weight: 9, arbitrary: fc.record({ tool: fc.constant("ping"), target: text }) },
      { weight: 1, arbitrary: fc.record({ tool: fc.constant("nmap"), target: fc.constant("a.example"), ports: text }) },
    );
    // The seed is fixed, so that how many of them are hosts, and started, is too.
    expect(await runAll(fc.sample(request, { numRuns: 10_000, seed: 25 }))).not.toEqual([]);
  }, 120_000);
});

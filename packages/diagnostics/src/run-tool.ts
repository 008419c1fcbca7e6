/** Runs one program to its end, or to the end of what it may have: time, output, somebody who listens. */
import { type ChildProcessByStdio, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { DIAGNOSTIC_KILL_MS, DIAGNOSTIC_OUTPUT_BYTES } from "@sallyport/protocol";
import type { FoundTool } from "./find-tool.ts";

export interface ToolRun {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  /** Why it was stopped before it ended. */
  stopped: "time" | "output" | "caller" | undefined;
}

/** The `stdio` of a child that reads nothing and whose outputs are read. */
export type ToolStdio = (standard: ["ignore", "pipe", "pipe"]) => StdioOptions;

export interface RunOptions {
  stdio: ToolStdio;
  timeoutMs: number;
  signal: AbortSignal;
  onOutput(text: string): void;
}

type Tool = ChildProcessByStdio<null, Readable, Readable>;

/** A process that the tool left behind may hold its outputs open; what it still writes is nobody's. */
const LAST_WORDS_MS = 500;
/** `nobody`: what a tool must not be when we are root. A hostile answer to a scan is then not root's problem. */
const NOBODY = 65_534;

/** @throws Error with a `code` of the system's when it cannot be started at all */
export async function runTool(tool: FoundTool, args: readonly string[], options: RunOptions): Promise<ToolRun> {
  return watch(await start(tool, args, options.stdio), options);
}

async function start({ path, isBusyBox }: FoundTool, args: readonly string[], stdio: ToolStdio): Promise<Tool> {
  if (process.getuid?.() !== 0 || isBusyBox) return spawnTool(path, args, stdio);
  try {
    return await spawnTool(path, args, stdio, { uid: NOBODY, gid: NOBODY });
  } catch (error) {
    // A root that may not even become somebody else, as in a container, has nothing to lose.
    if (codeOf(error) === "EPERM" || codeOf(error) === "EINVAL") return spawnTool(path, args, stdio);
    throw error;
  }
}

async function spawnTool(
  path: string,
  args: readonly string[],
  stdio: ToolStdio,
  who: { uid?: number; gid?: number } = {},
): Promise<Tool> {
  const tool = spawn(path, args, {
    cwd: "/",
    env: { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    // Its own group, so that what it starts ends with it.
    detached: true,
    stdio: stdio(["ignore", "pipe", "pipe"]),
    ...who,
  }) as Tool;
  await once(tool, "spawn");
  return tool;
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;

async function watch(tool: Tool, { timeoutMs, signal, onOutput }: RunOptions): Promise<ToolRun> {
  let stopped: ToolRun["stopped"];
  let kill: NodeJS.Timeout | undefined;
  const stop = (why: ToolRun["stopped"]) => {
    if (stopped) return;
    stopped = why;
    signalGroup(tool, "SIGTERM");
    kill = setTimeout(() => signalGroup(tool, "SIGKILL"), DIAGNOSTIC_KILL_MS);
  };
  const onAbort = () => stop("caller");
  const timer = setTimeout(() => stop("time"), timeoutMs);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  const output = collect([tool.stdout, tool.stderr], { onOutput, onFull: () => stop("output") });
  const letEnd = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  };
  try {
    // It ended by itself, even if its time is up or nobody waits any more while its last words are awaited.
    const [exitCode, endedBy] = (await once(tool, "exit").finally(letEnd)) as [number | null, NodeJS.Signals | null];
    // What it started is in its group still, and is no use to anybody now.
    signalGroup(tool, "SIGKILL");
    return { exitCode, signal: endedBy, output: await output.end(), stopped };
  } finally {
    clearTimeout(kill);
  }
}

/** Both outputs as one text, in the order in which they come, up to what is kept; then nothing is read any more. */
function collect(streams: readonly Readable[], { onOutput, onFull }: { onOutput(text: string): void; onFull(): void }) {
  let text = "";
  let leftBytes = DIAGNOSTIC_OUTPUT_BYTES;
  const add = (piece: string) => {
    if (piece === "") return;
    text += piece;
    onOutput(piece);
  };
  const closed = streams.map((stream) => {
    const decoder = new StringDecoder("utf8");
    stream.on("data", (chunk: Buffer) => {
      const kept = chunk.subarray(0, leftBytes);
      leftBytes -= kept.length;
      add(decoder.write(kept));
      if (kept.length === chunk.length) return;
      for (const each of streams) each.destroy();
      onFull();
    });
    stream.on("end", () => add(decoder.end()));
    stream.on("error", () => stream.destroy());
    return new Promise((resolve) => stream.once("close", resolve));
  });
  return {
    async end(): Promise<string> {
      const late = setTimeout(() => {
        for (const stream of streams) stream.destroy();
      }, LAST_WORDS_MS);
      await Promise.all(closed);
      clearTimeout(late);
      return text;
    },
  };
}

function signalGroup({ pid }: Tool, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // Nobody of it is left.
  }
}

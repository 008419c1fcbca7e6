import { AppError, DIAGNOSTIC_OUTPUT_BYTES, DIAGNOSTICS_AT_ONCE, type DiagnosticReport } from "@sallyport/protocol";
import { findTool, TOOL_DIRECTORIES } from "./find-tool.ts";
import { readResult } from "./read-result.ts";
import { codeOf, runTool, type ToolRun, type ToolStdio } from "./run-tool.ts";
import type { Target } from "./target.ts";
import type { ToolRequest } from "./tool-request.ts";

export interface RunHooks {
  onOutput(text: string): void;
  /** Nobody waits for it any more. */
  signal: AbortSignal;
  /** Which host the tool is pointed at, where that is not simply the target as it was written. */
  aim?(target: Target): Promise<Target>;
  /** Before the tool is started, with its whole command; if this fails, it is not. */
  begin?(argv: readonly string[]): Promise<void>;
}

/** A name that leads nowhere: the tool was not even started. */
export class UnknownHost extends Error {
  override readonly name = "UnknownHost";
}

/** The tools of one place, a few at a time. */
export class Toolbench {
  readonly #directories: readonly string[];
  readonly #stdio: ToolStdio;
  readonly #closing = new AbortController();
  #running = 0;

  /** `stdio` is for a process that has something its children must not have. */
  constructor({
    directories = TOOL_DIRECTORIES,
    stdio = (standard) => [...standard],
  }: { directories?: readonly string[]; stdio?: ToolStdio } = {}) {
    this.#directories = directories;
    this.#stdio = stdio;
  }

  /** @throws AppError `TOO_MANY_TOOLS`, `TOOL_NOT_AVAILABLE`, or what a hook throws */
  async run(request: ToolRequest, hooks: RunHooks): Promise<DiagnosticReport> {
    if (this.#closing.signal.aborted) throw new AppError("SHUTTING_DOWN", {});
    if (this.#running >= DIAGNOSTICS_AT_ONCE) throw new AppError("TOO_MANY_TOOLS", { limit: DIAGNOSTICS_AT_ONCE });
    this.#running += 1;
    const startedAt = new Date();
    const startedMs = performance.now();
    try {
      return {
        ...(await this.#run(request, hooks)),
        started_at: startedAt.toISOString(),
        duration_ms: Math.round(performance.now() - startedMs),
      };
    } finally {
      this.#running -= 1;
    }
  }

  /** Ends what runs; nothing is started any more. */
  close(): void {
    this.#closing.abort();
  }

  async #run(request: ToolRequest, { aim, begin, ...hooks }: RunHooks): Promise<Findings> {
    let target: Target;
    try {
      target = (await aim?.(request.target)) ?? request.target;
    } catch (error) {
      if (error instanceof UnknownHost) return notStarted(error.message);
      throw error;
    }
    const tool = await findTool(request.tool, this.#directories);
    const args = request.argumentsFor(target);
    await begin?.([request.tool, ...args]);
    try {
      const run = await runTool(tool, args, {
        onOutput: hooks.onOutput,
        stdio: this.#stdio,
        timeoutMs: request.timeoutSeconds * 1_000,
        signal: AbortSignal.any([hooks.signal, this.#closing.signal]),
      });
      return findings(request, run);
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      return notStarted(`${request.tool} cannot be started: ${code}`);
    }
  }
}

type Findings = Omit<DiagnosticReport, "started_at" | "duration_ms">;

const notStarted = (error: string): Findings => ({
  status: "failed",
  output: "",
  truncated: false,
  result: null,
  error,
  exit_code: null,
});

function findings({ tool, timeoutSeconds }: ToolRequest, run: ToolRun): Findings {
  const { result, isReached } = readResult(tool, run);
  const status = run.exitCode === 0 && !run.stopped && isReached ? "success" : "failed";
  return {
    status: run.stopped === "time" ? "timeout" : status,
    output: run.output,
    truncated: run.stopped === "output",
    result,
    error: endOf(run, timeoutSeconds),
    exit_code: run.exitCode,
  };
}

function endOf({ stopped, signal }: ToolRun, timeoutSeconds: number): string | null {
  switch (stopped) {
    case "time":
      return `timed out after ${timeoutSeconds} seconds`;
    case "output":
      return `stopped, because it wrote more than ${DIAGNOSTIC_OUTPUT_BYTES} bytes`;
    case "caller":
      return "stopped, because nobody waited for it any more";
    case undefined:
      return signal && `killed by ${signal}`;
  }
}

/** One diagnostic as the program of a session: what the tool writes, and what came of it, become records. */
import { constants } from "node:os";
import { type Toolbench, toolRequest } from "@sallyport/diagnostics";
import {
  AppError,
  type DiagnosticEnd,
  DiagnosticOutput,
  type DiagnosticRequest,
  encodeJson,
  encodeRecord,
} from "@sallyport/protocol";
import type { Program } from "../host/program.ts";
import type { PtyExit } from "../pty/pty.ts";

/**
 * Judges the request once more, because a control plane that was taken over may send anything.
 *
 * @throws AppError `INVALID_INPUT`
 */
export function startDiagnostic(request: DiagnosticRequest, bench: Toolbench): Program {
  return new DiagnosticProgram(bench, toolRequest(request));
}

class DiagnosticProgram implements Program {
  readonly pendingWriteBytes = 0;
  readonly #stop = new AbortController();
  #outputListener: ((bytes: Uint8Array) => void) | undefined;
  #exitListener: ((exit: PtyExit) => void) | undefined;

  constructor(bench: Toolbench, request: ReturnType<typeof toolRequest>) {
    // Whoever made it listens by then.
    setImmediate(() => void this.#run(bench, request));
  }

  onOutput(listener: (bytes: Uint8Array) => void): void {
    this.#outputListener = listener;
  }

  onExit(listener: (exit: PtyExit) => void): void {
    this.#exitListener = listener;
  }

  write(): void {}
  // What a tool may write at most fits into what a session keeps.
  pause(): void {}
  resume(): void {}
  resize(): void {}

  hangup(): void {
    this.#stop.abort();
  }

  async #run(bench: Toolbench, request: ReturnType<typeof toolRequest>): Promise<void> {
    const end = await this.#use(bench, request);
    this.#tell(DiagnosticOutput.end, encodeJson(end));
    const isHungUp = this.#stop.signal.aborted;
    this.#exitListener?.(
      isHungUp ? { exitCode: null, signal: constants.signals.SIGHUP } : { exitCode: 0, signal: null },
    );
  }

  async #use(bench: Toolbench, request: ReturnType<typeof toolRequest>): Promise<DiagnosticEnd> {
    try {
      const { output: _, ...report } = await bench.run(request, {
        signal: this.#stop.signal,
        onOutput: (text) => this.#tell(DiagnosticOutput.text, Buffer.from(text)),
      });
      return { report };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, message, data } = error;
      return { error: { code, message, data } };
    }
  }

  #tell(kind: DiagnosticOutput, payload: Uint8Array): void {
    this.#outputListener?.(encodeRecord(kind, payload));
  }
}

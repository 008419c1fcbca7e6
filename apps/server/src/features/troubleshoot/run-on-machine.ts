import { packagesOf } from "@sallyport/diagnostics";
import {
  AppError,
  DIAGNOSTIC_KILL_MS,
  DIAGNOSTIC_OUTPUT_BYTES,
  DIAGNOSTICS_AT_ONCE,
  DiagnosticEnd,
  DiagnosticOutput,
  type DiagnosticReport,
  type DiagnosticRequest,
  decodeJson,
  type ErrorBody,
  RecordReader,
} from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import { findMachine } from "../machines/index.ts";
import { OwnViewer, type ShellSessions } from "../shell/index.ts";
import type { MachineTools } from "./diagnostics.ts";
import { locationOf, type Node } from "./locations.ts";

/** A machine that cannot be seen for longer is not waited for. */
const LOST_AFTER_MS = 12_000;
/** Beside the time that the tool has: for the machine to hear of it, to end the tool, and to say so. */
const ANSWER_MS = DIAGNOSTIC_KILL_MS + LOST_AFTER_MS;
/** What a tool may write, each byte of it as a replacement character, and the report itself. */
const MOST_BYTES = 4 * DIAGNOSTIC_OUTPUT_BYTES;
const NO_TERMINAL = { cols: 80, rows: 24 };

/** Runs diagnostics on machines, each as a session of which the control plane is the viewer. */
export function machineTools({ db, sessions }: { db: Database; sessions: ShellSessions }): MachineTools {
  return {
    async run(node, request, { onOutput, signal }, { actor, scope, ipAddress }) {
      const machine = await findMachine(db, scope, node.id);
      if (!machine) throw new AppError("NOT_FOUND", { what: "Machine" });
      const viewer = { actor, scope, machine, ipAddress, size: NO_TERMINAL, reattachToken: undefined };
      const reserved = await sessions.begin(viewer, { kind: "diagnostic", program: request, runId: null });
      return new Promise<DiagnosticReport>((resolve, reject) => {
        const result = new MachineResult(node, request, { onOutput, resolve, reject });
        let own: OwnViewer | undefined;
        const leave = (error: AppError) => {
          own?.leave();
          result.fail(error);
        };
        reserved.open((events) => {
          own = new OwnViewer(events, result.viewerEvents(leave));
          return own;
        });
        const onAbort = () => leave(new AppError("SHUTTING_DOWN", {}));
        // Whoever asked may have gone while the session was made.
        if (signal.aborted) onAbort();
        else signal.addEventListener("abort", onAbort, { once: true });
        result.waitAtMost(request.timeout_seconds * 1_000 + ANSWER_MS, leave);
      });
    },
  };
}

interface Waiting {
  onOutput(text: string): void;
  resolve(report: DiagnosticReport): void;
  reject(error: AppError): void;
}

/** What comes of one run: read from records, and settled once. */
class MachineResult {
  readonly #node: Node;
  readonly #request: DiagnosticRequest;
  readonly #to: Waiting;
  readonly #records = new RecordReader(DiagnosticOutput);
  readonly #decoder = new TextDecoder();
  readonly #end: Uint8Array[] = [];
  #output = "";
  #bytes = 0;
  #patience: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(node: Node, request: DiagnosticRequest, to: Waiting) {
    this.#node = node;
    this.#request = request;
    this.#to = to;
  }

  viewerEvents(leave: (error: AppError) => void) {
    const lost = (reason: string) => this.#unavailable(reason);
    return {
      output: (bytes: Uint8Array) => {
        const areRecords = this.#records.read(bytes, (kind, piece) => this.#onRecord(kind, piece));
        if (!areRecords || this.#bytes > MOST_BYTES) leave(lost("its agent does not keep to the protocol"));
      },
      reachable: (isReachable: boolean) => {
        clearTimeout(this.#patience);
        if (!isReachable) {
          this.#patience = setTimeout(() => leave(lost("the connection to it is lost")), LOST_AFTER_MS);
        }
      },
      ended: (_exit: unknown, reason: string) => this.#settle(reason),
    };
  }

  fail(error: AppError): void {
    this.#stopTimers();
    this.#to.reject(error);
  }

  waitAtMost(ms: number, leave: (error: AppError) => void): void {
    this.#deadline = setTimeout(() => leave(this.#unavailable("its agent did not say in time what came of it")), ms);
  }

  #onRecord(kind: DiagnosticOutput, piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (kind === DiagnosticOutput.end) return void this.#end.push(Buffer.from(piece));
    const text = this.#decoder.decode(piece, { stream: true });
    if (text === "") return;
    this.#output += text;
    this.#to.onOutput(text);
  }

  #settle(reason: string): void {
    const end = decodeJson(DiagnosticEnd, Buffer.concat(this.#end));
    if (end && "error" in end) return this.fail(this.#asRefusal(end.error));
    if (!end) return this.fail(this.#unavailable(reason));
    this.#stopTimers();
    this.#to.resolve({ ...end.report, output: this.#output });
  }

  #stopTimers(): void {
    clearTimeout(this.#patience);
    clearTimeout(this.#deadline);
  }

  /** Of what a machine says of a failure, its code is believed, and only where it can be true. */
  #asRefusal({ code }: ErrorBody): AppError {
    const { tool } = this.#request;
    switch (code) {
      case "TOOL_NOT_AVAILABLE":
        return new AppError("TOOL_NOT_AVAILABLE", { tool, packages: packagesOf(tool) });
      case "TOO_MANY_TOOLS":
        return new AppError("TOO_MANY_TOOLS", { limit: DIAGNOSTICS_AT_ONCE });
      default:
        return this.#unavailable("its agent refused the request");
    }
  }

  #unavailable(reason: string): AppError {
    return new AppError("LOCATION_NOT_AVAILABLE", { location: locationOf(this.#node), reason: reason.slice(0, 200) });
  }
}

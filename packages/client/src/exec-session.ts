/**
 * One command on one machine, over as many sockets as it takes: a session whose two byte streams carry records.
 *
 * Invariants: each byte of output is told once, in order per stream, before the end; what cannot be told is said to be
 * lost, never left out; a signal does not wait behind input that the command does not read.
 */
import { ExecInput, ExecOutput, encodeRecord, INPUT_WINDOW_BYTES, RecordReader } from "@sallyport/protocol";
import type { SessionState, TerminalSessionOptions } from "./session-contract.ts";
import { TerminalSession } from "./terminal-session.ts";

export interface ExecSessionEvents {
  state(state: SessionState): void;
  /** The command waits until what it wrote is taken. */
  output(stream: "stdout" | "stderr", bytes: Uint8Array, taken: () => void): void;
  /** Whether the machine answers the control plane, every few seconds while connected. */
  machineAnswers(doesAnswer: boolean): void;
  /** There is room for input again. */
  inputTaken(): void;
  /** Some of what was written or given is lost: the result cannot be trusted. */
  lost(reason: string): void;
}

export type ExecSessionOptions = Omit<TerminalSessionOptions, "size" | "resume">;

/** Input under way leaves room in the window for a signal, which must not wait behind it. */
const INPUT_UNDER_WAY_BYTES = INPUT_WINDOW_BYTES / 2;
/** A command on pipes has no terminal, but its session has a size. */
const NO_TERMINAL = { cols: 80, rows: 24 };

export class ExecSession {
  readonly #session: TerminalSession;
  readonly #records = new RecordReader(ExecOutput);

  constructor(options: ExecSessionOptions, events: ExecSessionEvents) {
    let isFirst = true;
    this.#session = new TerminalSession(
      { ...options, size: NO_TERMINAL },
      {
        state: (state) => events.state(state),
        output: (bytes) => this.#onOutput(bytes, events),
        reset: () => {
          if (!isFirst) events.lost("its output could not be resumed");
          isFirst = false;
        },
        attached: () => {
          isFirst = false;
        },
        gap: ({ from, to }) => events.lost(`${to - from} bytes of its output are kept no more`),
        inputDropped: (byteCount) => events.lost(`${byteCount} bytes of its input may not have arrived`),
        inputTaken: () => events.inputTaken(),
        pendingInput: () => {},
        notice: () => {},
        latency: ({ machineMs }) => events.machineAnswers(machineMs !== undefined),
      },
    );
  }

  /** Known after the first attach. */
  get sessionId(): string | undefined {
    return this.#session.sessionId;
  }

  get state(): SessionState {
    return this.#session.state;
  }

  start(): void {
    this.#session.start();
  }

  /** How many bytes of standard input may be given now. */
  get inputRoomBytes(): number {
    return Math.max(0, INPUT_UNDER_WAY_BYTES - this.#session.pendingInputBytes);
  }

  /** Gives standard input, no more than there is room for. */
  input(bytes: Uint8Array): void {
    this.#send(ExecInput.stdin, bytes);
  }

  endInput(): void {
    this.#send(ExecInput.end);
  }

  /** Sends a signal, by its number, to every process of the command. */
  signal(number: number): void {
    this.#send(ExecInput.signal, Uint8Array.of(number));
  }

  /** Leaves; the command is ended when nobody comes back for a while. */
  close(): void {
    this.#session.close();
  }

  #send(kind: ExecInput, payload?: Uint8Array): void {
    this.#session.type(encodeRecord(kind, payload));
  }

  #onOutput(bytes: Uint8Array, events: ExecSessionEvents): void {
    let untaken = 1;
    const taken = () => {
      untaken -= 1;
      if (untaken === 0) this.#session.drawn(bytes.length);
    };
    const areRecords = this.#records.read(bytes, (kind, piece) => {
      untaken += 1;
      events.output(kind === ExecOutput.stdout ? "stdout" : "stderr", piece, taken);
    });
    taken();
    if (!areRecords) events.lost("its output cannot be read");
  }
}

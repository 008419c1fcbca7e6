import type { Readable } from "node:stream";
import type { ExecSession } from "@sallyport/client";

/** Gives a command its standard input, as fast as it reads; then the end of it. */
export class InputPump {
  readonly #source: Readable;
  readonly #session: Pick<ExecSession, "inputRoomBytes" | "input" | "endInput">;
  #waiting: Uint8Array = new Uint8Array(0);
  #hasEnded = false;
  readonly #onData = (bytes: Buffer) => {
    this.#waiting = bytes;
    this.#source.pause();
    this.pump();
  };
  readonly #onEnd = () => {
    this.#hasEnded = true;
    this.pump();
  };

  constructor(source: Readable, session: Pick<ExecSession, "inputRoomBytes" | "input" | "endInput">) {
    this.#source = source;
    this.#session = session;
  }

  start(): void {
    // Without one, a standard input that is closed is at its end.
    this.#source.on("data", this.#onData).once("end", this.#onEnd).once("error", this.#onEnd);
  }

  /** Gives on what there is room for, and only then reads more. */
  pump(): void {
    const bytes = this.#waiting.subarray(0, this.#session.inputRoomBytes);
    this.#waiting = this.#waiting.subarray(bytes.length);
    if (bytes.length > 0) this.#session.input(bytes);
    if (this.#waiting.length > 0) return;
    if (!this.#hasEnded) return void this.#source.resume();
    this.#hasEnded = false;
    this.stop();
    this.#session.endInput();
  }

  stop(): void {
    this.#source.off("data", this.#onData).off("end", this.#onEnd).off("error", this.#onEnd).pause();
  }
}

import { INPUT_WINDOW_BYTES } from "@sallyport/protocol";

/**
 * Tells the viewer how many typed bytes are in the terminal: soon, not at once. A frame for every key would wake every
 * program on the way between two keys; nobody shows bytes as late before a quarter of a second.
 */
const ACK_DELAY_MS = 100;
/** A paste is acknowledged as it goes, a quarter of a viewer's window at a time. */
const ACK_AT_BYTES = INPUT_WINDOW_BYTES / 4;

export class InputAcknowledger {
  readonly #send: (writtenBytes: number) => void;
  #written = 0;
  #told = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (writtenBytes: number) => void) {
    this.#send = send;
  }

  wrote(byteCount: number): void {
    this.#written += byteCount;
    if (this.#written - this.#told >= ACK_AT_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), ACK_DELAY_MS);
  }

  /** Tells now; also for somebody who repeats what is written already. */
  flush(): void {
    this.stop();
    this.#told = this.#written;
    this.#send(this.#written);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

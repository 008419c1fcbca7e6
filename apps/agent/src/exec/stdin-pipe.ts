import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

/** A program that waits to open its input by name waits no longer than this. */
const PULSE_MS = 50;

/**
 * Our end of a command's standard input. What the command will never read is let go of, as by any pipe.
 *
 * A pipe with a name has one difference to others: who opens it by that name (/dev/stdin) after we closed it would wait
 * for ever for somebody to write. Each time it is opened for writing whoever waits goes on, and finds what is in it and
 * then its end. So it is opened again and again, for nothing else, while the command runs.
 */
export class StdinPipe {
  readonly #fd: number;
  readonly #socket: Socket;
  #isOver = false;
  /** Keeps the pipe, when nobody writes to it any more. */
  #hold: number | undefined;
  #pulse: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = fd;
    this.#socket = new Socket({ fd, readable: false, writable: true });
    // The command has closed its input.
    this.#socket.on("error", () => {});
  }

  /** Bytes that the command has not read, beyond what the pipe itself holds. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  /** `done` is called when the bytes are in the pipe, or are let go of. */
  write(bytes: Uint8Array, done: () => void): void {
    if (this.#socket.writable) this.#socket.write(bytes, done);
    else done();
  }

  end(): void {
    if (this.#isOver || this.#hold !== undefined || !this.#socket.writable) return;
    this.#hold = tryOpen(this.#fd, O_RDONLY);
    this.#socket.once("close", () => {
      if (!this.#isOver) this.#pulse = setInterval(() => this.#openOnce(), PULSE_MS);
    });
    this.#socket.end();
  }

  /** The command has ended. */
  close(): void {
    this.#isOver = true;
    clearInterval(this.#pulse);
    this.#socket.destroy();
    if (this.#hold !== undefined) closeSync(this.#hold);
    this.#hold = undefined;
  }

  #openOnce(): void {
    const fd = this.#hold === undefined ? undefined : tryOpen(this.#hold, O_WRONLY);
    if (fd !== undefined) closeSync(fd);
  }
}

/** The same pipe once more; undefined where a descriptor has no name. */
function tryOpen(fd: number, flags: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, flags | O_NONBLOCK);
  } catch {
    return undefined;
  }
}

import { Socket, type SocketConstructorOpts } from "node:net";

/** As much as a pipe holds unless somebody changed that; half of it carries no less. */
const READ_BUFFER_BYTES = 32 * 1024;

/** Reads our end of one pipe, when it is let. The bytes told are the next read's when the call returns. */
export class PipeReader {
  readonly #socket: Socket;
  #isPaused = true;
  isOver = false;

  constructor(fd: number, events: { output(bytes: Uint8Array): void; over(): void }) {
    const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
    // Types of Node 20 miss that `onread` is an option of the constructor, too.
    const options: SocketConstructorOpts & { onread: unknown } = {
      fd,
      readable: true,
      writable: false,
      onread: {
        buffer,
        callback: (byteCount: number) => {
          events.output(buffer.subarray(0, byteCount));
          return !this.#isPaused;
        },
      },
    };
    this.#socket = new Socket(options);
    const over = () => {
      if (this.isOver) return;
      this.isOver = true;
      events.over();
    };
    // A pipe that fails has nothing more to say, like one that ended.
    this.#socket.on("error", over).on("end", over).on("close", over);
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
    this.#socket.read(0);
  }

  close(): void {
    this.#socket.destroy();
  }
}

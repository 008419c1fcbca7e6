/** Somebody who can reach the message broker and nothing else: hears everything, says anything. Speaks NATS by hand. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export class NatsStranger {
  readonly #socket: Socket;
  /** What others published, whole. */
  readonly heard: Buffer[] = [];
  #buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      this.#buffer = Buffer.concat([this.#buffer, bytes]);
      this.#read();
    });
  }

  static async connect(port: number, subject: string): Promise<NatsStranger> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const stranger = new NatsStranger(socket);
    socket.write(`CONNECT {"verbose":false,"pedantic":false,"echo":false}\r\nSUB ${subject} 1\r\n`);
    return stranger;
  }

  publish(subject: string, message: Uint8Array | string): void {
    const bytes = Buffer.from(message as string);
    this.#socket.write(Buffer.concat([Buffer.from(`PUB ${subject} ${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(): void {
    for (let end = this.#buffer.indexOf("\r\n"); end >= 0; end = this.#buffer.indexOf("\r\n")) {
      const line = this.#buffer.subarray(0, end).toString();
      const [, length] = /^MSG \S+ \S+ (?:\S+ )?(\d+)$/.exec(line) ?? [];
      if (line === "PING") this.#socket.write("PONG\r\n");
      let next = end + 2;
      if (length !== undefined) {
        const from = next;
        next += Number(length) + 2;
        if (this.#buffer.length < next) return;
        this.heard.push(Buffer.from(this.#buffer.subarray(from, from + Number(length))));
      }
      this.#buffer = this.#buffer.subarray(next);
    }
  }
}

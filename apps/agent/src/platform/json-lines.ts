/** Newline-delimited JSON between processes of one machine, with a bound on what a line may hold. */
import type { Socket } from "node:net";
import type { z } from "zod";

/** A line far above the largest message: a signed command of 256 KiB inside a JSON string of its own. */
export const LINE_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;

/** Reads one line, or returns undefined when it is not a message of this kind. Never throws. */
export function parseLine<Type extends z.ZodType>(type: Type, line: string): z.output<Type> | undefined {
  try {
    return type.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Cuts a byte stream into lines. `push` returns the whole lines, or undefined when one grew beyond the bound. */
export class LineSplitter {
  #rest: Buffer[] = [];
  #restBytes = 0;

  push(chunk: Buffer): string[] | undefined {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      if (this.#restBytes + at - from > LINE_BYTES) return undefined;
      lines.push(Buffer.concat([...this.#rest, chunk.subarray(from, at)]).toString());
      this.#rest = [];
      this.#restBytes = 0;
      from = at + 1;
    }
    if (from < chunk.length) {
      this.#rest.push(chunk.subarray(from));
      this.#restBytes += chunk.length - from;
    }
    return this.#restBytes > LINE_BYTES ? undefined : lines;
  }
}

export interface LineHandlers<Message> {
  message(message: Message): void;
  /** A line that is no message we know: from a newer version, or nonsense. The connection stays. */
  unknown(): void;
  /** Once, for any reason. */
  closed(): void;
}

/** Joins a socket to typed messages. A line beyond the bound ends the connection. */
export function readLines<Type extends z.ZodType>(
  socket: Socket,
  type: Type,
  { message, unknown, closed }: LineHandlers<z.output<Type>>,
): void {
  const splitter = new LineSplitter();
  socket.on("data", (chunk: Buffer) => {
    const lines = splitter.push(chunk);
    if (!lines) return void socket.destroy();
    for (const line of lines) {
      const parsed = parseLine(type, line);
      if (parsed === undefined) unknown();
      else message(parsed);
    }
  });
  // The reason is of no use: whatever it was, the other process is no longer there.
  socket.on("error", () => {});
  socket.once("close", closed);
}

export function writeLine(socket: Socket, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

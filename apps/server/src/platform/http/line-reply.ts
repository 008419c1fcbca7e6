/** An answer that is told as it happens, one JSON object a line. */
import { PassThrough } from "node:stream";
import { STREAM_MEDIA } from "@sallyport/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../logger.ts";
import { errorResponse } from "./error-response.ts";

/** Whether the caller asks for lines by name: one that takes anything gets what everybody gets. */
export const acceptsLines = ({ headers }: FastifyRequest): boolean => headers.accept?.includes(STREAM_MEDIA) ?? false;

/** Aborted when the connection ends before the answer does. */
export function whenGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

export class LineReply {
  readonly #reply: FastifyReply;
  readonly #logger: Logger;
  #lines: PassThrough | undefined;

  constructor(reply: FastifyReply, logger: Logger) {
    this.#reply = reply;
    this.#logger = logger;
  }

  /** The first line begins the answer, and with it commits to its status. What nobody reads any more is dropped. */
  write(line: unknown): void {
    this.#lines ??= this.#begin();
    if (this.#lines.writable) this.#lines.write(`${JSON.stringify(line)}\n`);
  }

  /** Ends with what comes of `answer`. What is refused before the first line is thrown, and answered as always. */
  async finish(answer: Promise<unknown>): Promise<FastifyReply> {
    try {
      this.write({ type: "result", data: await answer });
    } catch (error) {
      if (!this.#lines) throw error;
      const { body, incident } = errorResponse(error);
      if (incident) this.#logger.error({ incident, err: error }, "incident");
      this.write({ type: "error", error: body.error });
    }
    this.#lines?.end();
    return this.#reply;
  }

  #begin(): PassThrough {
    const lines = new PassThrough();
    // The reader left; whoever writes is told by `whenGone`.
    lines.on("error", () => {});
    this.#reply
      .type(STREAM_MEDIA)
      // nginx would keep lines until there are many.
      .header("x-accel-buffering", "no")
      // A server that stops waits for the answers under way, but not for their connections to be idle long enough.
      .header("connection", "close")
      .send(lines);
    return lines;
  }
}

/**
 * What one desktop session has to tell the control plane by HTTP: its answer, then its candidates, in this order. Media do
 * not wait for it; while the control plane is away it is tried again, until the session is over or another offer came.
 */
import { backoffMs } from "@sallyport/client";
import { ICE_CANDIDATES_PER_SIDE, type IceCandidate, RemoteError } from "@sallyport/protocol";
import type { Logger } from "../platform/logger.ts";
import { reasonOf } from "../platform/one-line.ts";
import { wait } from "../platform/wait.ts";

export type DesktopPost = { what: "answer"; sdp: string } | { what: "candidate"; candidate: IceCandidate };

export interface SessionPostsOptions {
  /** @throws RemoteError what was refused */
  post(post: DesktopPost): Promise<void>;
  /** The control plane says that there is no such session any more, or that it is not this machine's. */
  over(reason: string): void;
  logger: Logger;
}

/** An answer, and all candidates that are taken. */
const POSTS_MAX = 1 + ICE_CANDIDATES_PER_SIDE;

export class SessionPosts {
  readonly #options: SessionPostsOptions;
  readonly #queue: DesktopPost[] = [];
  /** Of the offer that is being answered; aborted by the next one. */
  #current = new AbortController();
  #isRunning = false;

  constructor(options: SessionPostsOptions) {
    this.#options = options;
  }

  push(post: DesktopPost): void {
    if (this.#queue.length >= POSTS_MAX) return;
    this.#queue.push(post);
    if (!this.#isRunning) void this.#run();
  }

  /** What is still to be told is of no use any more: a newer offer came, or the session is over. */
  reset(): void {
    this.#queue.length = 0;
    this.#current.abort();
    this.#current = new AbortController();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let [post] = this.#queue; post; [post] = this.#queue) {
      await this.#deliver(post, this.#current.signal);
      if (this.#queue[0] === post) this.#queue.shift();
    }
    this.#isRunning = false;
  }

  async #deliver(post: DesktopPost, signal: AbortSignal): Promise<void> {
    const sinceMs = performance.now();
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return await this.#options.post(post);
      } catch (error) {
        if (signal.aborted) return;
        const verdict = verdictOn(error);
        if (verdict === "again") await wait(backoffMs(attempt, Math.random, performance.now() - sinceMs), signal);
        else return this.#refused(verdict, post, error);
      }
    }
  }

  #refused(verdict: "over" | "drop", { what }: DesktopPost, error: unknown): void {
    const { logger, over } = this.#options;
    logger.warn("the control plane did not take what a desktop has to say", { what, reason: reasonOf(error) });
    if (verdict === "over") over(reasonOf(error));
  }
}

const OVER: ReadonlySet<string> = new Set(["NOT_FOUND", "FORBIDDEN", "UNAUTHORIZED"]);

function verdictOn(error: unknown): "again" | "over" | "drop" {
  if (!(error instanceof RemoteError)) return "drop";
  if (error.status === 0 || error.status >= 500 || error.status === 429) return "again";
  const isEnded = error.code === "INVALID_STATE" && error.data.expected === "live";
  return isEnded || OVER.has(error.code) ? "over" : "drop";
}

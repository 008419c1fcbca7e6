/** The process that shows desktops: a child of this one, which believes nothing of what it says before it was checked. */
import type { Logger } from "../platform/logger.ts";
import { reasonOf } from "../platform/one-line.ts";
import { FromDesktop, type ToDesktop } from "./worker-messages.ts";

/** How long it may take to go when its channel was closed, and when it was asked to. */
const LEAVE_MS = 3_000;

/** What is asked of it: a `ChildProcess` with an IPC channel is one. */
export interface StartedDesktop {
  readonly pid?: number | undefined;
  readonly connected: boolean;
  send(message: ToDesktop, callback: (error: Error | null) => void): unknown;
  disconnect(): void;
  kill(signal: NodeJS.Signals): boolean;
  on(event: "message", listener: (message: unknown) => void): unknown;
  once(event: "exit", listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  once(event: "error", listener: (error: Error) => void): unknown;
}

export interface DesktopProcessEvents {
  message(message: FromDesktop): void;
  /** It is gone; once. Also when it could not be started. */
  ended(reason: string): void;
}

export class DesktopProcess {
  readonly #child: StartedDesktop;
  readonly #logger: Logger;
  #timers: NodeJS.Timeout[] = [];
  #hasEnded = false;

  constructor(child: StartedDesktop, logger: Logger, events: DesktopProcessEvents) {
    this.#child = child;
    this.#logger = logger;
    child.on("message", (raw) => {
      const message = FromDesktop.safeParse(raw).data;
      if (message) events.message(message);
      else logger.warn("the desktop process said something that is not understood");
    });
    const end = (reason: string) => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      for (const timer of this.#timers) clearTimeout(timer);
      events.ended(reason);
    };
    child.once("exit", (code, signal) => end(signal ? `it was ended by ${signal}` : `it ended with status ${code}`));
    child.once("error", (error) => end(reasonOf(error)));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToDesktop): void {
    if (!this.#child.connected) return;
    this.#child.send(message, (error) => {
      if (error) this.#logger.warn("the desktop process does not listen", { reason: reasonOf(error) });
    });
  }

  /** Lets it go: without a channel it has nothing to do. One that stays is ended. */
  stop(): void {
    if (this.#hasEnded || this.#timers.length > 0) return;
    if (this.#child.connected) this.#child.disconnect();
    this.#timers = [
      setTimeout(() => this.#child.kill("SIGTERM"), LEAVE_MS),
      setTimeout(() => this.#child.kill("SIGKILL"), 2 * LEAVE_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }
}

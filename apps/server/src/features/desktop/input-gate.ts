/**
 * Keeps a viewer within its rate of messages without ever losing one: a key that was let go stays let go. What is too
 * much waits here, and beyond a few messages the viewer's socket is not read until they have gone on.
 */
import { DESKTOP_INPUTS } from "@sallyport/protocol";

/** Messages that wait before the viewer is not read any more; what its socket had read already comes on top. */
const WAITING = 64;
/** How often a bucket that was empty is looked at again. */
const RETRY_MS = 20;

export interface GateHooks {
  /** Whether the machine can take more; when it says no, call `pump` once it can. */
  ready(): boolean;
  send(message: string): void;
  /** Whether the viewer is to be read. */
  read(isRead: boolean): void;
  /** Milliseconds on a monotonic clock. */
  now(): number;
}

export class InputGate {
  readonly #hooks: GateHooks;
  #waiting: string[] = [];
  #tokens: number = DESKTOP_INPUTS.burst;
  #refilledAt: number;
  #timer: NodeJS.Timeout | undefined;
  #isRead = true;
  #isClosed = false;

  constructor(hooks: GateHooks) {
    this.#hooks = hooks;
    this.#refilledAt = hooks.now();
  }

  push(message: string): void {
    if (this.#isClosed) return;
    this.#waiting.push(message);
    this.pump();
    if (this.#isRead && this.#waiting.length > WAITING) this.#read(false);
  }

  /** Sends what may be sent now. */
  pump(): void {
    let sent = 0;
    while (!this.#isClosed && sent < this.#waiting.length && this.#hooks.ready()) {
      if (!this.#take()) {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.pump();
        }, RETRY_MS);
        break;
      }
      this.#hooks.send(this.#waiting[sent] as string);
      sent += 1;
    }
    if (sent > 0) this.#waiting = this.#waiting.slice(sent);
    if (!this.#isRead && this.#waiting.length <= WAITING / 2) this.#read(true);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #read(isRead: boolean): void {
    this.#isRead = isRead;
    this.#hooks.read(isRead);
  }

  #take(): boolean {
    const { perSecond, burst } = DESKTOP_INPUTS;
    const now = this.#hooks.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#refilledAt) / 1_000) * perSecond);
    this.#refilledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

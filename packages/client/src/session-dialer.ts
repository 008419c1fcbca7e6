import type { TerminalSize } from "@sallyport/protocol";
import { type Clock, within } from "./clock.ts";
import { type AfterClose, decideAfterError, decideAfterSignIn } from "./decide-after-close.ts";
import type { TerminalSessionOptions } from "./session-contract.ts";
import { shellSocket } from "./shell-socket.ts";

/** How long a call or the opening of a socket may take before it is abandoned. */
export const OPEN_WITHIN_MS = 10_000;

export interface DialRequest {
  /** Undefined until the first attach has answered. */
  sessionId: string | undefined;
  reattachToken: string;
  have: number | undefined;
  takeOver: boolean;
  size: TerminalSize;
}

export type Prepared = { url: string; protocols: string[] } | { failed: AfterClose };

/**
 * Gathers what a socket needs, and keeps the shell token of a first open.
 *
 * That token is shown again when a first open failed: it may have made the session already, and then the server attaches
 * to it. Only when the server answers over HTTP and the same token still opens nothing, the next one is taken; a browser
 * cannot tell a refusal from a broken network.
 */
export class SessionDialer {
  readonly #options: TerminalSessionOptions;
  readonly #clock: Clock;
  #shellToken: string | undefined;
  #nextShellToken: string | undefined;
  #inDoubt = false;

  constructor(options: TerminalSessionOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  async prepare(request: DialRequest): Promise<Prepared> {
    let accessToken: string;
    try {
      accessToken = await within(this.#clock, OPEN_WITHIN_MS, this.#options.accessToken());
    } catch (error) {
      return { failed: decideAfterSignIn(error) };
    }
    const { sessionId, have, takeOver, reattachToken, size } = request;
    try {
      const choice = sessionId === undefined ? { shellToken: await this.#firstToken() } : { sessionId, have, takeOver };
      return shellSocket({ ...this.#options.target, accessToken, reattachToken, size, ...choice });
    } catch (error) {
      return { failed: decideAfterError(error, { isFirst: sessionId === undefined }) };
    }
  }

  /** The socket opened: its token was good. */
  opened(): void {
    this.#inDoubt = false;
  }

  /** The socket closed before it opened. */
  notOpened(): void {
    this.#inDoubt = this.#nextShellToken === undefined;
    if (this.#nextShellToken === undefined) return;
    this.#shellToken = this.#nextShellToken;
    this.#nextShellToken = undefined;
  }

  async #firstToken(): Promise<string> {
    if (this.#shellToken === undefined) this.#shellToken = await this.#create();
    else if (this.#inDoubt) this.#nextShellToken ??= await this.#create();
    return this.#shellToken;
  }

  #create(): Promise<string> {
    return within(this.#clock, OPEN_WITHIN_MS, this.#options.createSession());
  }
}

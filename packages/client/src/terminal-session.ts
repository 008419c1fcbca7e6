import type { Attached, Notice, TerminalSize } from "@sallyport/protocol";
import { backoffMs } from "./backoff.ts";
import { type Clock, every, systemClock, type Timer, within } from "./clock.ts";
import { type AfterClose, decideAfterClose, decideAfterError, decideAfterStatus } from "./decide-after-close.ts";
import { LateInput } from "./late-input.ts";
import { LIVENESS_TICK_MS, Liveness } from "./liveness.ts";
import { OutputCursor } from "./output-cursor.ts";
import { PendingInput } from "./pending-input.ts";
import { ReceiveWindow } from "./receive-window.ts";
import type { SessionState, TerminalSessionEvents, TerminalSessionOptions } from "./session-contract.ts";
import { OPEN_WITHIN_MS, type Prepared, SessionDialer } from "./session-dialer.ts";
import { newReattachToken } from "./shell-socket.ts";
import { type SocketLike, type StreamEnd, TerminalStream } from "./terminal-stream.ts";

/** The first try comes at once, spread a little, because a restarted server meets all of its viewers at the same time. */
const AT_ONCE_MS = 50;
/** An attachment that lasted this long was a success, and the next break starts counting anew. */
const STABLE_MS = 5_000;

/**
 * One session on one machine, over as many sockets as it takes.
 *
 * Invariants: at most one socket counts at any time, and what an older one still brings is ignored; output is told in
 * order and each byte once since the last `reset`, holes only with `gap`; typed bytes reach the program once or are told
 * as dropped; after `ended` nothing reconnects; after `close` nothing is told.
 */
export class TerminalSession {
  readonly reattachToken: string;
  readonly #options: TerminalSessionOptions;
  readonly #events: TerminalSessionEvents;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #dialer: SessionDialer;
  readonly #input = new PendingInput();
  readonly #output: OutputCursor;
  readonly #window = new ReceiveWindow();
  readonly #lateInput: LateInput;
  #state: SessionState = { state: "connecting" };
  #sessionId: string | undefined;
  #size: TerminalSize;
  #takeOver: boolean;
  #wasAttached = false;
  #attempt = 0;
  /** When the connection was lost, by the clock; undefined while there is one. */
  #lostAt: number | undefined;
  /** What the session waits for now. Whoever comes back from an `await` and finds another one here is too late. */
  #turn: object = {};
  #stream: TerminalStream | undefined;
  #opened = false;
  #attachedAt: number | undefined;
  #liveness: Liveness | undefined;
  #ticker: Timer | undefined;
  /** The next try, or the end of patience with this one. */
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: TerminalSessionOptions, events: TerminalSessionEvents) {
    const { resume, clock = systemClock, random = Math.random } = options;
    this.#options = options;
    this.#events = events;
    this.#clock = clock;
    this.#random = random;
    this.#size = options.size;
    this.#dialer = new SessionDialer(options, clock);
    this.#output = new OutputCursor(resume?.have);
    this.#lateInput = new LateInput(this.#input, clock, (pending) => events.pendingInput(pending));
    this.#sessionId = resume?.sessionId;
    this.#takeOver = resume?.takeOver ?? false;
    this.reattachToken = resume?.reattachToken ?? newReattachToken();
  }

  /** Known after the first attach. */
  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** This window has every output byte before it; undefined when it must see the screen first. */
  get have(): number | undefined {
    return this.#output.have;
  }

  /** What was typed and is not known to have reached the program. */
  get pendingInputBytes(): number {
    return this.#input.byteCount;
  }

  get state(): SessionState {
    return this.#state;
  }

  start(): void {
    this.#dialAnew();
  }

  /** Returns how many of the bytes were accepted: less when too much waits already, none when there is no session to type to. */
  type(bytes: Uint8Array): number {
    if (this.#closed || ["elsewhere", "taken_over", "ended", "refused"].includes(this.#state.state)) return 0;
    const accepted = this.#stream ? this.#stream.type(bytes) : this.#input.type(bytes);
    this.#inputChanged();
    return accepted;
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#stream?.resize(size);
  }

  /** The terminal has taken this many more bytes of what `output` told. */
  drawn(byteCount: number): void {
    if (this.#stream) return this.#stream.drawn(byteCount);
    this.#output.drawn(byteCount);
    this.#window.drawn(byteCount, this.#clock.now());
  }

  /** Somebody has a reason to think that it works now: skips a wait, tries again after a refusal, or checks the socket. */
  retryNow(): void {
    if (this.#closed) return;
    if (this.#state.state === "refused") return this.#dialAnew();
    if (this.#opened) {
      this.#liveness?.doubt(this.#clock.wallNow());
      this.#stream?.ping();
    } else if (this.#state.state === "reconnecting" && this.#timer && !this.#stream) {
      this.#dial();
    }
  }

  /** Takes the session from the other window. */
  takeOver(): void {
    if (this.#closed || (this.#state.state !== "elsewhere" && this.#state.state !== "taken_over")) return;
    this.#takeOver = true;
    this.#dialAnew();
  }

  /** Clears the terminal and shows all output again that the machine still keeps. */
  showEarlier(): void {
    const { state } = this.#state;
    if (this.#closed || this.#sessionId === undefined || (state !== "connected" && state !== "waiting")) return;
    this.#stream?.drop(4000, "attaches again");
    this.#output.clear(0);
    this.#events.reset();
    this.#dialAnew();
  }

  /** Leaves: the session goes on without a viewer for a while, and nothing is told any more. */
  close(): void {
    this.#closed = true;
    this.#stream?.drop(1000, "viewer left");
    this.#release();
  }

  #dialAnew(): void {
    if (this.#closed) return;
    this.#attempt = 0;
    this.#release();
    this.#become({ state: "connecting" });
    this.#inputChanged();
    this.#dial();
  }

  #dial(): void {
    this.#release();
    const turn = this.#turn;
    const request = {
      sessionId: this.#sessionId,
      reattachToken: this.reattachToken,
      have: this.#output.have,
      takeOver: this.#takeOver,
      size: this.#size,
    };
    void this.#dialer.prepare(request).then((prepared) => {
      if (turn === this.#turn) this.#open(prepared);
    });
  }

  #open(prepared: Prepared): void {
    if ("failed" in prepared) return this.#goOn(prepared.failed);
    // What is not complete is drawn anew, from its beginning.
    if (this.#output.have === undefined) this.#output.clear();
    let socket: SocketLike;
    try {
      socket = this.#options.dial(prepared.url, prepared.protocols);
    } catch (error) {
      const message = error instanceof Error ? error.message : "The address cannot be opened";
      return this.#goOn({ next: "refused", code: "INVALID_INPUT", message });
    }
    this.#stream = this.#listen(socket);
    this.#stream.resize(this.#size);
    this.#timer = this.#clock.after(OPEN_WITHIN_MS, () => this.#stream?.giveUp("The connection did not open in time"));
  }

  #listen(socket: SocketLike): TerminalStream {
    const parts = { input: this.#input, output: this.#output, window: this.#window, clock: this.#clock };
    return new TerminalStream(
      socket,
      {
        opened: () => this.#onOpened(),
        heard: () => this.#liveness?.heard(this.#clock.wallNow()),
        attached: (attached, how) => this.#onAttached(attached, how),
        gap: (gap) => this.#events.gap(gap),
        screen: (bytes) => this.#events.output(bytes),
        output: (bytes) => this.#events.output(bytes),
        inputTaken: () => {
          this.#inputChanged();
          this.#events.inputTaken?.();
        },
        notice: (notice) => this.#onNotice(notice),
        latency: (controlPlaneMs, machineMs) => this.#events.latency({ controlPlaneMs, machineMs }),
        end: (end) => this.#onEnd(end),
      },
      parts,
    );
  }

  #onOpened(): void {
    this.#timer?.cancel();
    this.#opened = true;
    this.#dialer.opened();
    this.#liveness = new Liveness(this.#clock.wallNow());
    this.#ticker = every(this.#clock, LIVENESS_TICK_MS, () => this.#onTick());
  }

  #onTick(): void {
    const verdict = this.#liveness?.tick(this.#clock.wallNow());
    if (verdict === "ask") this.#stream?.ping();
    else if (verdict === "dead") this.#stream?.giveUp("The connection does not answer");
  }

  #onAttached(attached: Attached, { redraw, inputDropped }: { redraw: boolean; inputDropped: number }): void {
    const resumed = this.#wasAttached || this.#options.resume !== undefined;
    this.#sessionId = attached.session_id;
    this.#wasAttached = true;
    this.#takeOver = false;
    this.#attachedAt ??= this.#clock.now();
    this.#lostAt = undefined;
    if (redraw) this.#events.reset();
    if (this.#state.state !== "connected") this.#become({ state: "connected", resumed });
    if (this.#closed) return;
    this.#events.attached(attached);
    if (inputDropped > 0) this.#events.inputDropped(inputDropped);
    this.#inputChanged();
  }

  #onNotice(notice: Notice): void {
    if (notice.code === "MACHINE_UNREACHABLE") {
      this.#become({ state: "waiting", reason: notice.message });
      this.#inputChanged();
    }
    this.#events.notice(notice);
  }

  #onEnd(end: StreamEnd): void {
    const { opened, attachedAt } = { opened: this.#opened, attachedAt: this.#attachedAt };
    this.#release();
    if (attachedAt !== undefined && this.#clock.now() - attachedAt >= STABLE_MS) this.#attempt = 0;
    if (opened) return this.#goOn(decideAfterClose(end, this.#sessionId !== undefined), attachedAt !== undefined);
    this.#dialer.notOpened();
    // Nobody answered, or somebody refused; browsers do not say which.
    this.#goOn(
      this.#sessionId === undefined || end.closeReason
        ? { next: "retry", reason: end.closeReason || "The connection could not be opened" }
        : { next: "ask" },
    );
  }

  async #ask(sessionId: string): Promise<void> {
    const turn = this.#turn;
    let after: AfterClose;
    try {
      const status = this.#options.status(sessionId, this.reattachToken);
      after = decideAfterStatus(await within(this.#clock, OPEN_WITHIN_MS, status), {
        wasAttached: this.#wasAttached,
        takesOver: this.#takeOver,
      });
    } catch (error) {
      after = decideAfterError(error, { isFirst: false });
    }
    if (turn === this.#turn) this.#goOn(after);
  }

  #goOn(after: AfterClose, wasAttached = false): void {
    switch (after.next) {
      case "retry":
        if (after.redraw) this.#output.clear();
        return this.#retry(after, wasAttached);
      case "ask":
        return void this.#ask(this.#sessionId as string);
      case "elsewhere":
        return this.#stop({ state: "elsewhere", session: after.session }, this.#input.giveUp());
      case "taken_over":
        return this.#stop({ state: "taken_over" }, this.#input.giveUp());
      case "ended": {
        const { exit, cause, closeCode } = after;
        return this.#stop({ state: "ended", exit, cause, closeCode }, this.#input.end());
      }
      case "refused":
        return this.#stop({ state: "refused", code: after.code, message: after.message }, 0);
      default:
        after satisfies never;
    }
  }

  #retry({ reason, atOnce, notBeforeMs = 0 }: AfterClose & { next: "retry" }, wasAttached: boolean): void {
    const attempt = ++this.#attempt;
    this.#lostAt ??= this.#clock.now();
    const outageMs = this.#clock.now() - this.#lostAt;
    const isAtOnce = attempt === 1 || (atOnce === true && wasAttached);
    const waitMs = isAtOnce ? this.#random() * AT_ONCE_MS : backoffMs(attempt - 2, this.#random, outageMs);
    const delayMs = Math.max(waitMs, notBeforeMs);
    this.#timer = this.#clock.after(delayMs, () => this.#dial());
    this.#become({ state: "reconnecting", attempt, retryAt: this.#clock.wallNow() + delayMs, reason });
    this.#inputChanged();
  }

  #stop(state: SessionState, inputDropped: number): void {
    this.#become(state);
    if (inputDropped > 0 && !this.#closed) this.#events.inputDropped(inputDropped);
    this.#inputChanged();
  }

  #become(state: SessionState): void {
    if (this.#closed) return;
    this.#state = state;
    this.#events.state(state);
  }

  #inputChanged(): void {
    if (!this.#closed) this.#lateInput.changed({ connected: this.#state.state === "connected" });
  }

  /** Lets go of the socket and of everything that waits. */
  #release(): void {
    this.#turn = {};
    this.#stream = undefined;
    this.#opened = false;
    this.#attachedAt = undefined;
    this.#liveness = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#ticker?.cancel();
    this.#lateInput.stop();
  }
}

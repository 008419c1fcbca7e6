import type { SessionState, TerminalSession, TerminalSessionEvents } from "@sallyport/client";
import type { Attached, Notice, TerminalSize } from "@sallyport/protocol";
import type { DrawnScreen } from "../../lib/saved-sessions.ts";
import { t } from "../../lib/texts.ts";
import { EchoGuess, type EchoMode } from "./echo-guess.ts";
import { describePending, type PendingWords } from "./pending-text.ts";
import { takesTyping } from "./session-words.ts";
import type { TerminalChannel, TerminalScreen } from "./terminal-channel.ts";

export interface SessionChannelParts {
  /** Makes the session; its life begins when there is a screen to draw on. */
  open: (size: TerminalSize, events: TerminalSessionEvents) => TerminalSession;
  /** What was drawn before a reload; the session goes on behind it. */
  drawn: DrawnScreen | undefined;
  report: {
    state(state: SessionState): void;
    attached(attached: Attached): void;
    latency(latency: { controlPlaneMs: number; machineMs: number | undefined }): void;
    notice(notice: Notice): void;
    pending(pending: PendingWords): void;
    /** Typed and not accepted, because too much waits already. */
    refused(byteCount: number): void;
    dropped(byteCount: number): void;
  };
}

/**
 * Joins one session to the terminal that shows it.
 *
 * Invariants: what the session tells is drawn in that order, and waits here while there is no screen; `shownTo` is
 * exactly what the screen shows, for a page that saves it; after `close` nothing is reported.
 */
export class SessionChannel implements TerminalChannel {
  readonly #parts: SessionChannelParts;
  readonly #echo: EchoGuess;
  #session: TerminalSession | undefined;
  #screen: TerminalScreen | undefined;
  #waiting: ((screen: TerminalScreen) => void)[] = [];
  #starting: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Asked for, but not drawn yet. */
  #undrawn = 0;
  #shownTo: number | undefined;
  /** A clear screen was asked for; what was asked for before it says nothing about the screen after it. */
  #turn = {};
  #clearDue = false;
  #wasAttached = false;
  /** Programs do not wait for answers to what they asked before this offset. */
  #oldUntil = 0;
  #pendingBytes: Uint8Array = new Uint8Array(0);
  #pending: PendingWords = { count: 0, shown: "" };
  #predicted = "";

  constructor(parts: SessionChannelParts) {
    this.#parts = parts;
    this.#echo = new EchoGuess({
      cursor: () => this.#screen?.cursor() ?? { column: 0, columns: 0, lineRestIsBlank: false },
      changed: (overlay) => {
        this.#predicted = overlay;
        this.#showCursorText();
      },
    });
  }

  /** Known while there is something to act on. */
  get session(): TerminalSession | undefined {
    return this.#session;
  }

  /** What to save: the screen, and the offset that it was drawn to. Undefined while the screen is being drawn anew. */
  save(): { have: number; screen: DrawnScreen } | undefined {
    const have = this.#clearDue ? undefined : this.#undrawn === 0 ? this.#session?.have : this.#shownTo;
    return have === undefined || !this.#screen ? undefined : { have, screen: this.#screen.save() };
  }

  setEchoMode(mode: EchoMode): void {
    this.#echo.setMode(mode);
  }

  type(bytes: Uint8Array): void {
    const session = this.#session;
    if (!session || !takesTyping(session.state)) return;
    const accepted = session.type(bytes);
    if (!this.#screen?.isAlternate) this.#echo.typed(new TextDecoder().decode(bytes.subarray(0, accepted)));
    // Told while it was not known yet whether the program echoes these.
    this.#showCursorText();
    if (accepted < bytes.length && takesTyping(session.state)) this.#parts.report.refused(bytes.length - accepted);
  }

  /** Only while somebody can work here: the bar that says why not makes the terminal smaller, and no program should see that. */
  resize(size: TerminalSize): void {
    if (this.#session && takesTyping(this.#session.state)) this.#session.resize(size);
  }

  drawOn(screen: TerminalScreen): () => void {
    this.#screen = screen;
    if (this.#session) {
      // Another screen, which is empty, in the middle of a session.
      this.#session.resize(screen.size);
      this.#session.showEarlier();
    } else {
      if (this.#parts.drawn) screen.restore(this.#parts.drawn);
      // In the next task, so that an effect that React starts, stops and starts again asks for one session, not two.
      this.#starting = setTimeout(() => this.#start(screen.size), 0);
    }
    for (const draw of this.#waiting.splice(0)) draw(screen);
    return () => {
      clearTimeout(this.#starting);
      if (this.#screen === screen) this.#screen = undefined;
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#starting);
    this.#session?.close();
    this.#echo.setMode("off");
  }

  #start(size: TerminalSize): void {
    if (this.#closed) return;
    const { report } = this.#parts;
    this.#session = this.#parts.open(size, {
      state: (state) => {
        report.state(state);
        this.#showCursorText();
      },
      attached: (attached) => {
        this.#oldUntil = attached.end;
        this.#clear(attached);
        this.#wasAttached = true;
        report.attached(attached);
      },
      reset: () => {
        this.#clearDue = true;
        this.#turn = {};
        this.#echo.clear();
      },
      output: (bytes) => this.#onOutput(bytes),
      gap: ({ from, to }) =>
        this.#do((screen) => screen.remark(t("{{value}} of output was not kept", { value: gapSize(to - from) }))),
      pendingInput: ({ text }) => {
        this.#pendingBytes = text;
        this.#showCursorText();
      },
      inputDropped: (byteCount) => {
        this.#echo.clear();
        report.dropped(byteCount);
      },
      notice: (notice) => report.notice(notice),
      latency: (latency) => {
        this.#echo.latency(latency.controlPlaneMs + (latency.machineMs ?? 0));
        report.latency(latency);
      },
    });
    this.#session.start();
  }

  /** A session from its beginning goes below the one before; anything else is a screen of its own. */
  #clear({ screen, start, base = start }: Attached): void {
    if (!this.#clearDue) return;
    this.#clearDue = false;
    const isNew = !this.#wasAttached && screen !== true && start === 0 && base === 0;
    this.#do((on) => (isNew ? on.settle() : on.clear()));
  }

  #onOutput(bytes: Uint8Array): void {
    const end = this.#session?.have;
    // A piece of a picture, which programs have no questions in.
    if (end === undefined) return this.#draw(bytes, true, undefined);
    const oldCount = Math.min(bytes.length, Math.max(0, this.#oldUntil - (end - bytes.length)));
    if (oldCount > 0) this.#draw(bytes.subarray(0, oldCount), true, end - bytes.length + oldCount);
    if (oldCount < bytes.length) this.#draw(bytes.subarray(oldCount), false, end);
  }

  /** Acknowledges when drawn, not when received, so that a slow tab slows the program. */
  #draw(bytes: Uint8Array, isOld: boolean, end: number | undefined): void {
    const turn = this.#turn;
    this.#undrawn += 1;
    const done = () => {
      this.#undrawn -= 1;
      if (turn === this.#turn) this.#shownTo = end;
      this.#session?.drawn(bytes.length);
      this.#echo.output(bytes);
    };
    this.#do((screen) => screen.write(bytes, isOld, done));
  }

  #do(draw: (screen: TerminalScreen) => void): void {
    if (this.#closed) return;
    if (this.#screen) draw(this.#screen);
    else this.#waiting.push(draw);
  }

  #showCursorText(): void {
    const isConnected = this.#session?.state.state === "connected";
    const expected = this.#screen?.isAlternate ? "" : this.#echo.expected;
    const pending = describePending(this.#pendingBytes, expected);
    if (pending.count !== this.#pending.count || pending.shown !== this.#pending.shown) {
      this.#pending = pending;
      this.#parts.report.pending(pending);
    }
    const predicted = this.#screen?.isAlternate ? "" : this.#predicted;
    if (isConnected && predicted) this.#screen?.setCursorText({ text: predicted, kind: "predicted" });
    else if (!isConnected && pending.shown) this.#screen?.setCursorText({ text: pending.shown, kind: "pending" });
    else this.#screen?.setCursorText(undefined);
  }
}

const gapSize = (bytes: number): string =>
  bytes < 1024 * 1024
    ? t("{{value}} kB", { value: Math.max(1, Math.round(bytes / 1024)) })
    : t("{{value}} MB", { value: (bytes / 1024 / 1024).toFixed(1) });

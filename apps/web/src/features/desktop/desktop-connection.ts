import { backoffMs, type Clock, type Timer } from "@sallyport/client";
import {
  DESKTOP_SETUP_SECONDS,
  type DesktopInput,
  type DesktopOutput,
  type DesktopSessionType,
  type DesktopSessionView,
  type IceCandidate,
  type IceServer,
  type ReceivedCandidate,
  RemoteError,
} from "@sallyport/protocol";
import type { z } from "zod";
import type { DesktopNews } from "../../api/desktop-news.ts";
import { t } from "../../lib/texts.ts";
import { type Abilities, decideTransport, type Path } from "./decide-transport.ts";
import type { DesktopApi, SessionStatus } from "./desktop-api.ts";
import type { DesktopLine, LineEvents, OfferedLine } from "./desktop-line.ts";
import type { DesktopState, Way } from "./desktop-state.ts";

export interface DesktopConnectionParts {
  api: DesktopApi;
  clock: Clock;
  abilities: Abilities;
  forced: Path | undefined;
  sessionType: DesktopSessionType;
  openPeer(
    options: LineEvents & {
      iceServers: readonly IceServer[];
      offer(sdp: string): void;
      candidate(candidate: IceCandidate): void;
    },
  ): OfferedLine;
  openStream(options: LineEvents & { sessionId: string }): DesktopLine;
  report: {
    state(state: DesktopState): void;
    /** A line is being tried: its element has to lie in the page, and needs not be seen. */
    trying(line: DesktopLine): void;
    /** The line that shows the picture is about to close. */
    losing(): void;
    /** What is shown from now on. */
    picture(line: DesktopLine, way: Way): void;
    message(message: DesktopOutput): void;
    /** The round trip to the machine and back, in milliseconds. */
    latency(ms: number): void;
    /** The session that a reload goes on with. */
    session(sessionId: string | undefined): void;
  };
}

/** From the machine's answer to its first picture, before the direct way counts as blocked. */
const PICTURE_WITHIN_MS = 4_000;
/** An offer may have been lost with what got it. The first one may have to start a program on a slow machine. */
const FIRST_ANSWER_WITHIN_MS = 40_000;
const ANSWER_WITHIN_MS = 10_000;
const UNANSWERED = t("the machine does not answer");
/** A stream has no answer to wait for: the machine must dial and its encoder start. */
const STREAM_WITHIN_MS = 15_000;
/** What was announced while the live socket was down is asked for this often. */
const ASK_EVERY_MS = 4_000;
const PING_EVERY_MS = 2_000;
const MOST_PINGS = 16;
/** A line that answers nothing for so long is dead, however open it looks. */
const SILENT_FOR_MS = 9_000;
/** The same, where the machine has said meanwhile that it shows nothing. */
const REFUSED_SILENT_FOR_MS = 1_000;
/** After this many streams that showed nothing, the direct way is tried once more. */
const STREAMS_TRIED = 3;
/** A picture that lasted so long was a good one: the next pause starts small again. */
const STABLE_AFTER_MS = 5_000;

/** One try to show a picture, by one line. */
interface Attempt {
  line: DesktopLine | undefined;
  way: Way;
  hasPicture: boolean;
  /** On its way to the machine, or there. An answer may be faster than the call that brings the offer. */
  isOffered: boolean;
  isAnswered: boolean;
  /** Candidates of ours, held back until the offer that they belong to has arrived. */
  waiting: IceCandidate[] | undefined;
  lastCandidate: number;
  timers: Set<Timer>;
  heardAtMs: number;
}

type Candidate = z.infer<typeof ReceivedCandidate>;

/**
 * One viewer of one machine: gets a session, keeps a picture on it by whichever way there is, and ends it.
 *
 * Invariants: there is one attempt at a time, and what an older one says is not heard; a session that has ended is never
 * called again; the direct way comes first, and is given up for a stream only when it showed nothing; `connected` is
 * told when something is drawn; a session that another window has taken is left to it.
 */
export class DesktopConnection {
  readonly #parts: DesktopConnectionParts;
  #state: DesktopState = { phase: "asking" };
  #session: DesktopSessionView | undefined;
  #sessionId: string | undefined;
  #attempt: Attempt | undefined;
  #retry: Timer | undefined;
  #asking: Timer | undefined;
  /** Tries since there was a picture. */
  #tries = 0;
  #streamsFailed = 0;
  #directFailure: string | undefined;
  /** The description that the machine got from here last. Another one in the row is another window's. */
  #offered: string | undefined;
  #lostSinceMs: number | undefined;
  #lostBecause = "";
  #farewell: string | undefined;
  #pings = new Map<number, number>();
  #pingId = 0;
  #isClosed = false;

  constructor(parts: DesktopConnectionParts) {
    this.#parts = parts;
  }

  get state(): DesktopState {
    return this.#state;
  }

  /** Begins a session, or goes on with one. */
  start(sessionId?: string): void {
    if (this.#isClosed) return;
    this.#forgetSession();
    const decision = this.#decide();
    if (decision.via === "none") return this.#become({ phase: "unable", why: decision.why });
    if (sessionId === undefined) void this.#initiate();
    else this.#adopt(sessionId);
  }

  send(message: DesktopInput): void {
    this.#attempt?.line?.send(message);
  }

  get line(): DesktopLine | undefined {
    return this.#attempt?.hasPicture ? this.#attempt.line : undefined;
  }

  /** The live socket says something. */
  hear(news: DesktopNews): void {
    if (news.type === "desktop.changed") {
      // After a picture was lost, the row says whether another window has it now; news does not.
      const mayTry = this.#lostSinceMs === undefined;
      if (news.session.id === this.#sessionId) this.#look(news.session, { mayTry });
    } else if (news.session_id === this.#sessionId) {
      if (news.type === "desktop.answer") this.#answer(news.sdp_answer);
      else this.#candidate(news.candidate);
    }
  }

  /** The live socket is back: what it said meanwhile nobody heard. */
  hearAgain(): void {
    this.#ask();
  }

  /** No need to wait any longer: the network is back, or a person says so. */
  retryNow(): void {
    if (!this.#retry) return this.callAgain();
    this.#retry.cancel();
    this.#retry = undefined;
    if (this.#sessionId === undefined) void this.#initiate();
    else this.#ask();
  }

  /** Calls a machine again that has refused, or does not answer. */
  callAgain(): void {
    const isResting = !this.#attempt && !this.#retry && this.#isRefused;
    if (!isResting && (!this.#attempt?.isOffered || this.#attempt.isAnswered)) return;
    this.#directFailure = undefined;
    this.#stopTrying();
    this.#proceed();
  }

  /** Tries the direct way again, though a stream works. */
  tryDirect(): void {
    if (this.#attempt?.way.via !== "stream") return;
    this.#directFailure = undefined;
    this.#lose(t("the direct way is tried again"), 0);
  }

  /** Ends the session, as a person asks for. */
  async end(): Promise<void> {
    const id = this.#sessionId;
    const session = this.#session;
    this.#stopTrying();
    this.#stopAsking();
    this.#sessionId = undefined;
    this.#parts.report.session(undefined);
    if (session) {
      this.#become({ phase: "over", session: { ...session, status: "disconnected" }, reason: t("you ended it") });
    }
    // Whatever the answer: nothing is shown, and the machine notices that nobody looks.
    if (id !== undefined) await this.#parts.api.disconnect(id).catch(() => {});
  }

  /** Ends another session of this person, and begins one of its own. */
  async replace(sessionId: string): Promise<void> {
    this.#become({ phase: "asking" });
    try {
      await this.#parts.api.disconnect(sessionId);
    } catch (error) {
      if (isRefusal(error)) return this.#become({ phase: "refused", code: error.code, message: error.message });
    }
    this.start();
  }

  /** The page goes. `keep`: it comes back at once, and goes on with the session. */
  close({ keep }: { keep: boolean }): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const id = this.#sessionId;
    this.#stopTrying();
    this.#stopAsking();
    if (id !== undefined && !keep) this.#parts.api.leave(id);
  }

  // The session

  async #initiate(): Promise<void> {
    if (this.#state.phase !== "asking") this.#become({ phase: "asking" });
    try {
      const id = await this.#parts.api.initiate(this.#parts.sessionType);
      // Nobody waits for it any more.
      if (this.#isClosed) return this.#parts.api.leave(id);
      this.#tries = 0;
      this.#adopt(id);
    } catch (error) {
      if (this.#isClosed) return;
      const existing =
        error instanceof RemoteError && error.code === "SESSION_EXISTS" ? error.data.session_id : undefined;
      if (typeof existing === "string") return this.#meet(existing);
      if (isRefusal(error)) return this.#become({ phase: "refused", code: error.code, message: error.message });
      this.#become({ phase: "asking", trouble: wordsOf(error) });
      this.#again(() => void this.#initiate());
    }
  }

  /** There is a session of this person already. */
  #meet(existing: string): void {
    if (!this.#parts.api.hasLeft(existing)) return this.#become({ phase: "exists", sessionId: existing });
    // This very window has left it a moment ago, and that was slower than this.
    void this.#parts.api
      .disconnect(existing)
      .catch(() => {})
      .finally(() => {
        if (!this.#isClosed) this.#again(() => void this.#initiate());
      });
  }

  #adopt(sessionId: string): void {
    this.#sessionId = sessionId;
    this.#parts.report.session(sessionId);
    this.#ask();
  }

  /** Reads the session, and again after a while as long as something is waited for. */
  #ask(): void {
    const id = this.#sessionId;
    if (id === undefined || this.#isClosed) return;
    this.#stopAsking();
    // An answer that was read before our offer arrived is an answer to an older one.
    const attempt = this.#attempt?.isOffered && this.#attempt.waiting === undefined ? this.#attempt : undefined;
    this.#parts.api.status(id).then(
      (status) => {
        if (id === this.#sessionId && !this.#isClosed) this.#hearStatus(status, attempt);
      },
      (error: unknown) => {
        if (id !== this.#sessionId || this.#isClosed) return;
        if (isRefusal(error)) {
          this.#forgetSession();
          this.#parts.report.session(undefined);
          return this.#become({ phase: "refused", code: error.code, message: error.message });
        }
        if (this.#state.phase === "asking") this.#become({ phase: "asking", trouble: wordsOf(error) });
        if (this.#attempt || this.#retry) this.#askLater();
        else this.#again(() => this.#ask());
      },
    );
  }

  #hearStatus({ session, agent_candidates }: SessionStatus, attempt: Attempt | undefined): void {
    const isMine = this.#offered === undefined || session.sdp_offer === this.#offered;
    if (!isMine && this.#lostSinceMs !== undefined && !this.#attempt && session.ended_at === null) {
      return this.#leaveToOther(session);
    }
    this.#look(session, { mayTry: true });
    if (attempt !== undefined && attempt === this.#attempt) {
      if (session.sdp_answer !== null) this.#answer(session.sdp_answer);
      for (const candidate of agent_candidates) this.#candidate(candidate);
    }
    const { phase } = this.#state;
    if (phase === "consent" || phase === "calling" || phase === "reconnecting") this.#askLater();
  }

  #askLater(): void {
    this.#asking ??= this.#parts.clock.after(ASK_EVERY_MS, () => {
      this.#asking = undefined;
      this.#ask();
    });
  }

  #stopAsking(): void {
    this.#asking?.cancel();
    this.#asking = undefined;
  }

  #leaveToOther(session: DesktopSessionView): void {
    this.#forgetSession();
    this.#parts.report.session(undefined);
    this.#become({ phase: "elsewhere", session });
  }

  /** The session as it is now: waits, goes on, or is over. */
  #look(session: DesktopSessionView, { mayTry }: { mayTry: boolean }): void {
    const { refusal } = session;
    const isNew = refusal !== this.#session?.refusal;
    this.#session = session;
    if (refusal !== null && isNew && this.#attempt?.hasPicture) this.#doubt(this.#attempt, refusal);
    // It answered before it had looked; no picture will come.
    else if (refusal !== null && isNew && this.#attempt?.isAnswered) this.#lose(refusal);
    if (session.ended_at !== null) {
      this.#stopTrying();
      this.#stopAsking();
      this.#sessionId = undefined;
      this.#parts.report.session(undefined);
      this.#become({ phase: "over", session, reason: this.#farewell ?? session.end_reason ?? undefined });
    } else if (session.consent_required && session.consent_granted !== true) {
      this.#stopTrying();
      const until = Date.parse(session.created_at) + DESKTOP_SETUP_SECONDS * 1_000;
      this.#become({ phase: "consent", session, until });
      this.#askLater();
    } else if (this.#attempt || this.#retry || !mayTry || (this.#tries > 0 && this.#isRefused)) {
      this.#refresh();
    } else {
      this.#proceed();
    }
  }

  /** It has said why it shows nothing: a person reads that, and calls again. A picture that was there is tried for anew. */
  get #isRefused(): boolean {
    return this.#lostSinceMs === undefined && (this.#session?.refusal ?? null) !== null;
  }

  // Lines

  /** Makes the next try. */
  #proceed(): void {
    const session = this.#session;
    const id = this.#sessionId;
    if (!session || id === undefined || this.#isClosed) return;
    const decision = this.#decide();
    if (decision.via === "none") return;
    const attempt: Attempt = {
      line: undefined,
      way: decision,
      hasPicture: false,
      isOffered: false,
      isAnswered: false,
      waiting: [],
      lastCandidate: -1,
      timers: new Set(),
      heardAtMs: this.#parts.clock.now(),
    };
    this.#attempt = attempt;
    this.#refresh();
    this.#askLater();
    if (decision.via === "webrtc") return void this.#goDirect(attempt, id);
    this.#use(attempt, this.#parts.openStream({ sessionId: id, ...this.#lineEvents(attempt) }));
    this.#in(attempt, STREAM_WITHIN_MS, () => {
      if (!attempt.hasPicture) this.#fail(attempt, t("no picture came through the control plane"));
    });
  }

  #decide() {
    const { abilities, forced } = this.#parts;
    return decideTransport({ abilities, forced, directFailure: this.#directFailure });
  }

  async #goDirect(attempt: Attempt, id: string): Promise<void> {
    const { api, openPeer } = this.#parts;
    const stillMine = () => attempt === this.#attempt && !this.#isClosed;
    try {
      const iceServers = await api.iceServers(id);
      if (!stillMine()) return;
      const sdp = await new Promise<string>((resolve) => {
        this.#use(
          attempt,
          openPeer({
            iceServers,
            offer: resolve,
            candidate: (candidate) => this.#sendCandidate(attempt, id, candidate),
            ...this.#lineEvents(attempt),
          }),
        );
      });
      if (!stillMine()) return;
      this.#offered = sdp;
      attempt.isOffered = true;
      await api.offer(id, sdp);
      if (!stillMine()) return;
      this.#in(attempt, this.#lostSinceMs === undefined ? FIRST_ANSWER_WITHIN_MS : ANSWER_WITHIN_MS, () => {
        if (!attempt.isAnswered && !this.#isRefused) this.#lose(UNANSWERED);
      });
      const waiting = attempt.waiting ?? [];
      attempt.waiting = undefined;
      for (const candidate of waiting) this.#sendCandidate(attempt, id, candidate);
    } catch (error) {
      if (stillMine()) this.#callFailed(attempt, error);
    }
  }

  #sendCandidate(attempt: Attempt, id: string, candidate: IceCandidate): void {
    if (attempt !== this.#attempt) return;
    if (attempt.waiting) attempt.waiting.push(candidate);
    // One that is lost costs a way, not the picture: another one may do.
    else this.#parts.api.candidate(id, candidate).catch(() => {});
  }

  #use(attempt: Attempt, line: DesktopLine): void {
    // It has failed while it was made.
    if (attempt !== this.#attempt) return line.close();
    attempt.line = line;
    this.#parts.report.trying(line);
  }

  #lineEvents(attempt: Attempt): LineEvents {
    return {
      message: (message) => {
        if (attempt === this.#attempt) this.#onMessage(attempt, message);
      },
      picture: () => {
        if (attempt === this.#attempt) this.#onPicture(attempt);
      },
      failed: (reason) => this.#fail(attempt, reason),
      takenOver: () => {
        if (attempt === this.#attempt && this.#session) this.#leaveToOther(this.#session);
      },
    };
  }

  #answer(sdp: string): void {
    const attempt = this.#attempt;
    if (!attempt?.isOffered || attempt.isAnswered || !isOfferedLine(attempt.line)) return;
    attempt.isAnswered = true;
    attempt.line.answer(sdp);
    this.#refresh();
    this.#in(attempt, PICTURE_WITHIN_MS, () => {
      if (!attempt.hasPicture)
        this.#fail(
          attempt,
          t("no picture came within {{value}} s on the direct way", { value: PICTURE_WITHIN_MS / 1_000 }),
        );
    });
  }

  #candidate({ id, candidate }: Candidate): void {
    const attempt = this.#attempt;
    if (!attempt?.isOffered || id <= attempt.lastCandidate || !isOfferedLine(attempt.line)) return;
    attempt.lastCandidate = id;
    attempt.line.candidate(candidate);
  }

  #onMessage(attempt: Attempt, message: DesktopOutput): void {
    attempt.heardAtMs = this.#parts.clock.now();
    if (message.type === "pong") {
      const sentAtMs = this.#pings.get(message.id);
      this.#pings.delete(message.id);
      if (sentAtMs !== undefined) this.#parts.report.latency(attempt.heardAtMs - sentAtMs);
      return;
    }
    if (message.type === "bye") this.#farewell = message.reason;
    this.#parts.report.message(message);
    if (message.type === "bye") this.#fail(attempt, message.reason);
  }

  #onPicture(attempt: Attempt): void {
    const id = this.#sessionId;
    if (attempt.hasPicture || !attempt.line || id === undefined) return;
    attempt.hasPicture = true;
    this.#streamsFailed = 0;
    this.#lostSinceMs = undefined;
    this.#farewell = undefined;
    this.#in(attempt, STABLE_AFTER_MS, () => {
      this.#tries = 0;
    });
    if (attempt.way.via === "webrtc") this.#directFailure = undefined;
    this.#parts.report.picture(attempt.line, attempt.way);
    this.#refresh();
    this.#ping(attempt);
    if (this.#session?.status !== "active") this.#tellConnected(attempt, id);
  }

  #tellConnected(attempt: Attempt, id: string): void {
    this.#parts.api.connected(id).catch((error: unknown) => {
      if (attempt !== this.#attempt) return;
      if (isRefusal(error)) this.#ask();
      else this.#in(attempt, ASK_EVERY_MS, () => this.#tellConnected(attempt, id));
    });
  }

  #ping(attempt: Attempt): void {
    const { clock } = this.#parts;
    const nowMs = clock.now();
    const [, oldestMs] = this.#pings.entries().next().value ?? [];
    // Not the time since something was heard: a page in the background looks at its clock once a minute.
    if (oldestMs !== undefined && nowMs - oldestMs > SILENT_FOR_MS && attempt.heardAtMs < oldestMs) {
      return this.#fail(attempt, t("the machine is not heard any more"));
    }
    this.#pingId += 1;
    if (this.#pings.size < MOST_PINGS) this.#pings.set(this.#pingId, nowMs);
    attempt.line?.send({ type: "ping", id: this.#pingId });
    this.#in(attempt, PING_EVERY_MS, () => this.#ping(attempt));
  }

  /** The machine says that it shows nothing. A line of it that answers all the same is believed. */
  #doubt(attempt: Attempt, reason: string): void {
    const doubtedAtMs = this.#parts.clock.now();
    this.#pingId += 1;
    attempt.line?.send({ type: "ping", id: this.#pingId });
    this.#in(attempt, REFUSED_SILENT_FOR_MS, () => {
      if (attempt.heardAtMs <= doubtedAtMs) this.#fail(attempt, reason);
    });
  }

  /** A line showed nothing, or shows nothing any more. */
  #fail(attempt: Attempt, reason: string): void {
    if (attempt !== this.#attempt || this.#isClosed) return;
    if (!attempt.hasPicture) {
      if (attempt.way.via === "webrtc") this.#directFailure = reason;
      else this.#streamsFailed += 1;
      if (this.#streamsFailed >= STREAMS_TRIED) {
        this.#streamsFailed = 0;
        this.#directFailure = undefined;
      }
    }
    this.#lose(reason);
  }

  /** The control plane did not do what a try needs. That says nothing about the way. */
  #callFailed(attempt: Attempt, error: unknown): void {
    if (attempt === this.#attempt) this.#lose(wordsOf(error));
  }

  #lose(reason: string, waitMs?: number): void {
    const hadPicture = this.#attempt?.hasPicture ?? false;
    this.#stopTrying();
    if (hadPicture) {
      this.#lostSinceMs = this.#parts.clock.wallNow();
      this.#lostBecause = reason;
    }
    // The row first: perhaps the session is over, or another window has it.
    this.#again(() => this.#ask(), waitMs);
    this.#refresh();
  }

  #again(act: () => void, waitMs = this.#pauseMs()): void {
    this.#tries += 1;
    this.#retry?.cancel();
    this.#retry = this.#parts.clock.after(waitMs, () => {
      this.#retry = undefined;
      act();
    });
  }

  #pauseMs(): number {
    if (this.#tries === 0) return 0;
    const lostForMs = this.#lostSinceMs === undefined ? undefined : this.#parts.clock.wallNow() - this.#lostSinceMs;
    return backoffMs(this.#tries, Math.random, lostForMs);
  }

  #stopTrying(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#pings.clear();
    for (const timer of attempt?.timers ?? []) timer.cancel();
    if (attempt?.hasPicture) this.#parts.report.losing();
    attempt?.line?.close();
  }

  #forgetSession(): void {
    this.#stopTrying();
    this.#stopAsking();
    this.#session = undefined;
    this.#sessionId = undefined;
    this.#tries = 0;
    this.#streamsFailed = 0;
    this.#directFailure = undefined;
    this.#lostSinceMs = undefined;
    this.#offered = undefined;
    this.#farewell = undefined;
  }

  #in(attempt: Attempt, ms: number, act: () => void): void {
    const timer = this.#parts.clock.after(ms, () => {
      attempt.timers.delete(timer);
      if (attempt === this.#attempt) act();
    });
    attempt.timers.add(timer);
  }

  /** Says what is true now of a session that lives. */
  #refresh(): void {
    const session = this.#session;
    if (!session || this.#isClosed) return;
    if (this.#attempt?.hasPicture) this.#become({ phase: "active", session });
    else if (this.#lostSinceMs !== undefined) {
      this.#become({ phase: "reconnecting", session, sinceMs: this.#lostSinceMs, reason: this.#lostBecause });
    } else {
      const isAnswered = this.#attempt?.isAnswered === true || this.#attempt?.way.via === "stream";
      this.#become({ phase: "calling", session, isAnswered });
    }
  }

  #become(state: DesktopState): void {
    this.#state = state;
    if (!this.#isClosed) this.#parts.report.state(state);
  }
}

const isOfferedLine = (line: DesktopLine | undefined): line is OfferedLine => line?.via === "webrtc";

/** The control plane understood and said no; asking again is of no use. */
const isRefusal = (error: unknown): error is RemoteError =>
  error instanceof RemoteError && error.status >= 400 && error.status < 500 && error.status !== 429;

const wordsOf = (error: unknown): string => {
  if (error instanceof RemoteError && error.code !== "UNREACHABLE") return error.message;
  return t("The control plane does not answer; it is asked again.");
};

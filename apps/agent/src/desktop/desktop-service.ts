/**
 * The session host's part in desktops: takes verified commands, decides about consent, and keeps the process that shows
 * them. Owner of what this machine knows about its desktop sessions.
 *
 * Invariants:
 * - nothing is given to the desktop process that the consent of this machine's own configuration does not cover
 * - at most one desktop process; when it dies nothing of it is shown any more, and the next offer starts another one
 * - one question at a time per session, and none again where one was answered
 * - an answer belongs to the offer that was given last; what is older is dropped
 * - what was ended by the person at the machine is not shown again
 */
import {
  CONSENT_PROMPT_SECONDS,
  DESKTOPS_HELD,
  DESKTOPS_PER_MACHINE,
  type DesktopAsk,
  type DesktopCandidate,
  type DesktopFacts,
  type DesktopOffer,
  type DesktopStream,
  ICE_CANDIDATES_PER_SIDE,
  REASON_CHARS,
} from "@sallyport/protocol";
import type { FromHost } from "../host/host-protocol.ts";
import { type Refusal, refusal } from "../host/refusal.ts";
import type { ServerClock } from "../host/server-clock.ts";
import { desktopStreamKey, freshChallenge } from "../identity/channel-keys.ts";
import type { Logger } from "../platform/logger.ts";
import { oneLine } from "../platform/one-line.ts";
import { decideConsent, isToBeAsked, settleOutcome, UNDECIDED } from "./decide-consent.ts";
import { DesktopProcess, type StartedDesktop } from "./desktop-process.ts";
import { DEFAULT_DESKTOP, type DesktopSettings } from "./desktop-settings.ts";
import { type HeldDesktop, newDesktop } from "./held-desktop.ts";
import { type DesktopPost, SessionPosts } from "./session-posts.ts";
import type { FromDesktop } from "./worker-messages.ts";

/** A desktop process that shows nothing and asks nothing goes after this long. */
const IDLE_MS = 60_000;
/** The desktop process says itself when nobody answered; if it does not even say that, it counts as this. */
const ANSWER_LATE_MS = 5_000;

export interface DesktopServiceDeps {
  identity: { machineId: string; machineKey: string; clock: ServerClock };
  /** @throws when it cannot be started */
  startProcess(settings: DesktopSettings): StartedDesktop;
  post(sessionId: string, post: DesktopPost): Promise<void>;
  report(message: FromHost): void;
  /** `isInUse` may be another thing now. */
  usageChanged(): void;
  logger: Logger;
  idleMs?: number;
}

export class DesktopService {
  readonly #deps: DesktopServiceDeps;
  readonly #held = new Map<string, HeldDesktop>();
  /** What was ended here, until the control plane knows. */
  readonly #endedHere = new Map<string, { by_person: boolean; reason: string }>();
  #settings: DesktopSettings = DEFAULT_DESKTOP;
  /** Why this machine's configuration shows none; undefined when it may. */
  #off: string | undefined;
  /** As the desktop process said last. */
  #unavailable: string | null | undefined;
  #process: DesktopProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(deps: DesktopServiceDeps) {
    this.#deps = deps;
  }

  /** What this machine says of its screen; undefined while nobody has looked. */
  get facts(): DesktopFacts | undefined {
    const unavailable = this.#off ?? this.#unavailable;
    return unavailable === undefined ? undefined : { unavailable, consent: this.#settings.consent };
  }

  /** Sessions that are known here, for a control plane that was away. */
  get heldIds(): string[] {
    return [...this.#held.keys()];
  }

  get isInUse(): boolean {
    return [...this.#held.values()].some(isBusy);
  }

  /** A link says what this machine's configuration allows now. Ends what it does not. */
  configure(settings: DesktopSettings, { sessionEnabled }: { sessionEnabled: boolean }): void {
    const hasOtherDisplay = settings.display !== this.#settings.display;
    this.#settings = settings;
    this.#off = offReason(settings, sessionEnabled);
    if (this.#off !== undefined) {
      this.#endAll(this.#off);
      return this.#stopProcess();
    }
    // What is shown now goes on as it began; the next one is another process's.
    if (hasOtherDisplay && !this.isInUse) this.#stopProcess();
    if (this.#unavailable === undefined || hasOtherDisplay) this.look();
  }

  /** Looks whether there is a screen; what it finds is reported when it is news. */
  look(): void {
    if (this.#off !== undefined || this.#isStopped) return;
    // One that starts says it first of all.
    if (this.#process) this.#process.send({ type: "look" });
    else this.#running();
    this.#used();
  }

  /** The control plane hears us: it is told what it may have missed. */
  linked(): void {
    for (const [session_id, end] of this.#endedHere) this.#deps.report({ type: "desktop_ended", session_id, ...end });
  }

  offer(sessionId: string, offer: DesktopOffer): Refusal | undefined {
    const held = this.#hold(sessionId, offer);
    if ("code" in held) return held;
    held.grantedBy = offer.consent.granted_by;
    if (held.offered?.sdp === offer.sdp_offer) {
      // The control plane asks again for what may have been lost; while it is being answered, that comes anyway.
      if (held.offered.answer !== undefined) held.posts.push({ what: "answer", sdp: held.offered.answer });
      return undefined;
    }
    if (held.wanted.offer?.sdp_offer !== offer.sdp_offer) {
      held.posts.reset();
      held.early = [];
    }
    held.wanted.offer = offer;
    return this.#consider(held);
  }

  stream(sessionId: string, stream: DesktopStream): Refusal | undefined {
    const held = this.#hold(sessionId, stream);
    if ("code" in held) return held;
    held.grantedBy = stream.consent.granted_by;
    if (stream.epoch < held.epoch) return refusal("STALE_EPOCH", "a later window has this session");
    // The same again: it is shown, or waits for consent, which may have come.
    if (stream.epoch === held.epoch && !held.wanted.stream) return undefined;
    held.epoch = stream.epoch;
    held.wanted.stream = stream;
    return this.#consider(held);
  }

  candidate(sessionId: string, candidate: DesktopCandidate): void {
    const held = this.#held.get(sessionId);
    if (!held || candidate.id <= held.lastCandidateId) return;
    held.lastCandidateId = candidate.id;
    if (held.wanted.offer) {
      if (held.early.length < ICE_CANDIDATES_PER_SIDE) held.early.push(candidate);
    } else if (held.offered) {
      this.#process?.send({ type: "candidate", session_id: sessionId, candidate: candidate.candidate });
    }
  }

  /** The control plane wants the person at the machine to be asked. */
  ask(sessionId: string, ask: DesktopAsk): Refusal | undefined {
    if (this.#settings.consent === "never") return refusal("NO_DESKTOP", "this machine asks nobody");
    const held = this.#hold(sessionId, ask);
    if ("code" in held) {
      const isRefused = this.#endedHere.get(sessionId)?.by_person === true;
      if (!isRefused) return held;
      this.#deps.report({ type: "desktop_consent", session_id: sessionId, outcome: "refused" });
      return undefined;
    }
    held.isAskedAbove = true;
    if (isToBeAsked(held.answered)) this.#ask(held, Math.min(ask.expires_in, CONSENT_PROMPT_SECONDS));
    else this.#tellAnswer(held);
    return undefined;
  }

  end(sessionId: string, reason: string): void {
    // Now the control plane knows.
    this.#endedHere.delete(sessionId);
    const held = this.#held.get(sessionId);
    if (held) this.#end(held, reason);
  }

  /** Ends everything, for good. */
  stop(reason: string): void {
    this.#isStopped = true;
    this.#endAll(reason);
    this.#stopProcess();
  }

  /** What is known of a session, or why it is not to be shown. */
  #hold(sessionId: string, about: Pick<DesktopOffer, "session_type" | "viewer_email">): HeldDesktop | Refusal {
    if (this.#off !== undefined) return refusal("NO_DESKTOP", this.#off);
    if (this.#isStopped) return refusal("HOST_UNAVAILABLE", "the agent is stopping");
    const ended = this.#endedHere.get(sessionId);
    if (ended?.by_person) return refusal("NO_DESKTOP", ended.reason);
    // It broke, and somebody tries again.
    this.#endedHere.delete(sessionId);
    const known = this.#held.get(sessionId);
    if (known) return known;
    if (this.#held.size >= DESKTOPS_HELD) {
      const idle = [...this.#held.values()].find((held) => !isBusy(held));
      if (!idle) return refusal("NO_DESKTOP", `there are ${DESKTOPS_HELD} desktop sessions on this machine already`);
      this.#forget(idle);
    }
    const posts = new SessionPosts({
      post: (post) => this.#deps.post(sessionId, post),
      over: (reason) => this.end(sessionId, reason),
      logger: this.#deps.logger.with({ sessionId }),
    });
    const { session_type: sessionType, viewer_email: viewerEmail } = about;
    const held = newDesktop(sessionId, { sessionType, viewerEmail: oneLine(viewerEmail) }, posts);
    this.#held.set(sessionId, held);
    return held;
  }

  /** Shows what is wanted, if it may be; asks, where that is to be asked first. */
  #consider(held: HeldDesktop): Refusal | undefined {
    const { sessionType, grantedBy, answered } = held;
    const { consent: policy } = this.#settings;
    const decision = decideConsent({ policy, sessionType, grantedBy, answered });
    if (decision === "ask") return this.#askFirst(held);
    // Owner or administrators may have decided while the question was on the screen.
    this.#unask(held);
    if (decision === "show") return this.#show(held);
    held.wanted = {};
    return refusal("NO_DESKTOP", UNDECIDED.refused);
  }

  #askFirst(held: HeldDesktop): Refusal | undefined {
    const { wanted, declined, answered } = held;
    const isRepeat = declined !== undefined && wanted.offer?.sdp_offer === declined && !wanted.stream;
    if (isRepeat && answered !== undefined && answered !== "granted") {
      held.wanted = {};
      return refusal("NO_DESKTOP", UNDECIDED[answered]);
    }
    this.#ask(held, CONSENT_PROMPT_SECONDS);
    return undefined;
  }

  #show(held: HeldDesktop): Refusal | undefined {
    const { wanted } = held;
    held.wanted = {};
    const others = [...this.#held.values()].filter(({ isShown, id }) => isShown && id !== held.id).length;
    if (others >= DESKTOPS_PER_MACHINE) {
      return refusal("NO_DESKTOP", `${DESKTOPS_PER_MACHINE} desktops are shown on this machine already`);
    }
    const process = this.#running();
    if (!process) return refusal("NO_DESKTOP", this.#unavailable ?? "the desktop process does not start");
    const { id, early } = held;
    if (wanted.offer) {
      const { session_type, viewer_email, sdp_offer, ice_servers } = wanted.offer;
      held.offered = { sdp: sdp_offer };
      held.early = [];
      const about = { session_id: id, session_type, viewer_email, policy: this.#policy() };
      process.send({ type: "offer", ...about, sdp_offer, ice_servers });
      for (const { candidate } of early) process.send({ type: "candidate", session_id: id, candidate });
    }
    if (wanted.stream) this.#showOnStream(process, id, wanted.stream);
    held.wasShown = held.isShown;
    held.isShown ||= wanted.offer !== undefined || wanted.stream !== undefined;
    this.#changed();
    return undefined;
  }

  #showOnStream(process: DesktopProcess, session_id: string, stream: DesktopStream): void {
    const { machineId, machineKey, clock } = this.#deps.identity;
    const challenge = freshChallenge();
    process.send({
      type: "stream",
      session_id,
      ...stream,
      machine_id: machineId,
      challenge,
      key: desktopStreamKey(machineKey, { sessionId: session_id, epoch: stream.epoch, challenge }),
      clock_offset_ms: clock.now() - Date.now(),
      policy: this.#policy(),
    });
  }

  #policy() {
    const { input, clipboard } = this.#settings;
    return { input, clipboard };
  }

  #ask(held: HeldDesktop, seconds: number): void {
    if (held.stopAsking) return;
    const process = this.#running();
    if (!process) return this.#lose(held, this.#unavailable ?? "the desktop process does not start");
    const { id: session_id, sessionType: session_type, viewerEmail: viewer_email } = held;
    const late = setTimeout(() => this.#answered(held, "timed_out"), seconds * 1_000 + ANSWER_LATE_MS);
    held.stopAsking = () => clearTimeout(late);
    process.send({ type: "ask", session_id, session_type, viewer_email, seconds });
    this.#changed();
  }

  /** What the question was for has been decided elsewhere, or is over. */
  #unask(held: HeldDesktop): void {
    if (!held.stopAsking) return;
    held.stopAsking();
    held.stopAsking = undefined;
    this.#process?.send({ type: "unask", session_id: held.id });
  }

  #answered(held: HeldDesktop, said: Extract<FromDesktop, { type: "consent" }>["outcome"]): void {
    if (!held.stopAsking) return;
    held.stopAsking();
    held.stopAsking = undefined;
    const outcome = settleOutcome(said, this.#settings);
    held.answered = outcome;
    this.#deps.logger.info("consent at this machine", { sessionId: held.id, said, outcome });
    if (held.isAskedAbove) this.#tellAnswer(held);
    const isWanted = held.wanted.offer !== undefined || held.wanted.stream !== undefined;
    if (outcome === "granted") {
      const why = isWanted ? this.#show(held) : undefined;
      if (why) this.#lose(held, why.reason);
    } else if (outcome === "refused") {
      this.#endHere(held, { by_person: true, reason: UNDECIDED.refused }, { isTold: held.isAskedAbove });
    } else if (isWanted) {
      held.declined = held.wanted.offer?.sdp_offer;
      this.#lose(held, UNDECIDED[outcome]);
    }
    this.#changed();
  }

  #tellAnswer({ id: session_id, answered: outcome }: HeldDesktop): void {
    if (outcome !== undefined) this.#deps.report({ type: "desktop_consent", session_id, outcome });
  }

  /** What was wanted or shown is not: the viewer may try again. */
  #lose(held: HeldDesktop, reason: string): void {
    held.wanted = {};
    this.#deps.report({ type: "refused", session_id: held.id, ...refusal("NO_DESKTOP", reason) });
  }

  /** It is over, and it was decided here. */
  #endHere(
    held: HeldDesktop,
    { by_person, reason }: { by_person: boolean; reason: string },
    { isTold }: { isTold: boolean } = { isTold: false },
  ): void {
    const end = { by_person, reason: oneLine(reason).slice(0, REASON_CHARS) };
    this.#endedHere.delete(held.id);
    this.#endedHere.set(held.id, end);
    const [oldest] = this.#endedHere.keys();
    if (this.#endedHere.size > DESKTOPS_HELD && oldest !== undefined) this.#endedHere.delete(oldest);
    if (!isTold) this.#deps.report({ type: "desktop_ended", session_id: held.id, ...end });
    this.#forget(held);
    this.#changed();
  }

  #end(held: HeldDesktop, reason: string): void {
    this.#unask(held);
    this.#process?.send({ type: "end", session_id: held.id, reason });
    this.#forget(held);
    this.#changed();
  }

  /** The control plane is told, now or when it hears us again. */
  #endAll(reason: string): void {
    for (const held of [...this.#held.values()]) {
      this.#unask(held);
      this.#process?.send({ type: "end", session_id: held.id, reason });
      this.#endHere(held, { by_person: false, reason });
    }
  }

  #forget(held: HeldDesktop): void {
    held.stopAsking?.();
    held.stopAsking = undefined;
    held.posts.reset();
    this.#held.delete(held.id);
  }

  /** The desktop process, started when there is none; undefined when it cannot be. */
  #running(): DesktopProcess | undefined {
    if (this.#process) return this.#process;
    const { startProcess, logger } = this.#deps;
    let child: StartedDesktop;
    try {
      child = startProcess(this.#settings);
    } catch (error) {
      this.#found(`the desktop process does not start: ${String(error)}`);
      return undefined;
    }
    let saidFacts = false;
    const process: DesktopProcess = new DesktopProcess(child, logger, {
      message: (message) => {
        saidFacts ||= message.type === "facts";
        if (this.#process === process) this.#fromProcess(message);
      },
      ended: (reason) => {
        logger.info("desktop process ended", { desktopPid: process.pid, reason });
        if (this.#process !== process) return;
        this.#process = undefined;
        if (!saidFacts) this.#found(`the desktop process does not start: ${reason}`);
        this.#onProcessEnded(reason);
      },
    });
    this.#process = process;
    logger.info("desktop process started", { desktopPid: process.pid });
    return process;
  }

  #onProcessEnded(reason: string): void {
    for (const held of [...this.#held.values()]) {
      if (!isBusy(held)) continue;
      held.stopAsking?.();
      held.stopAsking = undefined;
      held.offered = undefined;
      held.isShown = false;
      held.posts.reset();
      this.#lose(held, `the desktop process ended (${reason}); connect again`);
    }
    this.#changed();
  }

  #fromProcess(message: FromDesktop): void {
    if (message.type === "facts") return this.#found(message.unavailable);
    const held = this.#held.get(message.session_id);
    // It has ended meanwhile.
    if (!held) return;
    switch (message.type) {
      case "answer":
        if (held.offered?.sdp !== message.sdp_offer) return;
        held.offered.answer = message.sdp_answer;
        return held.posts.push({ what: "answer", sdp: message.sdp_answer });
      case "candidate":
        // One that comes before its answer, or after another offer, is of a former one.
        if (held.offered?.answer !== undefined) held.posts.push({ what: "candidate", candidate: message.candidate });
        return;
      case "consent":
        return this.#answered(held, message.outcome);
      case "refused":
        // What was shown before it still is.
        held.isShown = held.wasShown;
        if (held.offered?.answer === undefined) held.offered = undefined;
        this.#lose(held, oneLine(message.reason));
        return this.#changed();
      case "ended":
        return this.#endHere(held, message);
      default:
        message satisfies never;
    }
  }

  #found(unavailable: string | null): void {
    const said = unavailable === null ? null : oneLine(unavailable, 500);
    if (said === this.#unavailable) return;
    this.#unavailable = said;
    if (this.facts) this.#deps.report({ type: "desktop", desktop: this.facts });
  }

  /** Who holds what has changed. */
  #changed(): void {
    this.#deps.report({ type: "desktops", session_ids: this.heldIds });
    this.#deps.usageChanged();
    this.#used();
  }

  /** Lets the process go when it was of no use for a while. */
  #used(): void {
    clearTimeout(this.#idle);
    if (!this.#process || this.isInUse) return;
    this.#idle = setTimeout(() => this.#stopProcess(), this.#deps.idleMs ?? IDLE_MS);
    this.#idle.unref();
  }

  #stopProcess(): void {
    const process = this.#process;
    this.#process = undefined;
    clearTimeout(this.#idle);
    process?.stop();
  }
}

const isBusy = ({ isShown, stopAsking, wanted }: HeldDesktop): boolean =>
  isShown || stopAsking !== undefined || wanted.offer !== undefined || wanted.stream !== undefined;

function offReason(settings: DesktopSettings, sessionEnabled: boolean): string | undefined {
  if (!sessionEnabled) return "sessions are switched off in this machine's configuration";
  return settings.shown ? undefined : "remote desktops are switched off on this machine (ZTNA_DESKTOP=off)";
}

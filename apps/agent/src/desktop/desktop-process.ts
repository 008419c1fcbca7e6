/**
 * The desktop process: shows this machine's screen to the viewers that the session host names. Invariants: one session for
 * each id; what is said of one is done in the order in which it came; a process that nobody needs ends.
 */
import { DESKTOPS_PER_MACHINE, ICE_CANDIDATES_PER_SIDE, type IceCandidate } from "@sallyport/protocol";
import { IdleTimer } from "../host/idle-timer.ts";
import type { Logger } from "../platform/logger.ts";
import { reasonOf } from "../platform/one-line.ts";
import { DesktopSession, START } from "./desktop-session.ts";
import type { DesktopPlatform } from "./platform-linux.ts";
import type { Picture } from "./screen/picture.ts";
import { StreamTransport } from "./transport/stream-transport.ts";
import type { WebRtcTransport } from "./transport/webrtc-transport.ts";
import { openH264Encoder } from "./video/h264-encoder.ts";
import { WarmStart } from "./warm-start.ts";
import { type DesktopPolicy, type FromDesktop, ToDesktop } from "./worker-messages.ts";

/** Neither shown nor asked for. */
const IDLE_MS = 60_000;
/** A viewer that was cut off comes back within this time, or does not. */
const VIEWER_GONE_MS = 120_000;

export interface DesktopProcessOptions {
  platform: DesktopPlatform;
  logger: Logger;
  tell(message: FromDesktop): void;
  /** Nobody needs it any more. */
  idle(): void;
}

type OfferMessage = Extract<ToDesktop, { type: "offer" }>;
type StreamMessage = Extract<ToDesktop, { type: "stream" }>;

interface Shown {
  session: DesktopSession<Picture>;
  viewerEmail: string;
  /** What is done for it, one after the other. */
  work: Promise<void>;
  answered: { sdpOffer: string; sdpAnswer: string } | undefined;
  webrtc: WebRtcTransport | undefined;
  /** Came before there was a connection to give them to. */
  candidates: IceCandidate[];
  epoch: number;
  indicator: Promise<{ close(): void }> | undefined;
  gone: NodeJS.Timeout | undefined;
}

export class DesktopProcess {
  readonly #options: DesktopProcessOptions;
  readonly #shown = new Map<string, Shown>();
  readonly #asked = new Map<string, AbortController>();
  readonly #idle: IdleTimer;
  readonly #warm: WarmStart<Picture>;
  #restoring: Promise<void> = Promise.resolve();

  constructor(options: DesktopProcessOptions) {
    this.#options = options;
    this.#idle = new IdleTimer(IDLE_MS, options.idle);
    this.#warm = new WarmStart({ openScreen: options.platform.openScreen, openEncoder: openH264Encoder });
    this.#noteUse();
  }

  /** Whether a desktop can be shown, said to the host. */
  async look(): Promise<void> {
    this.#options.tell({ type: "facts", unavailable: await this.#options.platform.unavailable() });
  }

  /** Opens what the first viewer would wait for. */
  async prepare(): Promise<void> {
    await this.#warm.prepare(START).catch((error: unknown) => {
      this.#options.logger.debug("the screen is not ready yet", { reason: reasonOf(error) });
    });
  }

  /** One message of the host. What cannot be understood is of a newer host, and left alone. */
  receive(raw: unknown): void {
    const parsed = ToDesktop.safeParse(raw);
    if (!parsed.success) return this.#options.logger.warn("a message of the session host cannot be understood");
    const message = parsed.data;
    switch (message.type) {
      case "look":
        return void this.look();
      case "ask":
        return void this.#ask(message);
      case "unask":
        return this.#asked.get(message.session_id)?.abort();
      case "end":
        return this.#end(message.session_id, message.reason);
      case "candidate":
        return this.#onCandidate(message.session_id, message.candidate);
      case "offer":
      case "stream":
        return this.#onWay(message);
    }
  }

  /** The host has gone, or the process is to end. Until the displays are as they were. */
  close(reason: string): Promise<void> {
    this.#idle.stop();
    for (const asked of this.#asked.values()) asked.abort();
    for (const id of [...this.#shown.keys()]) this.#end(id, reason);
    this.#warm.close();
    return this.#restoring;
  }

  async #ask({ session_id, ...question }: Extract<ToDesktop, { type: "ask" }>): Promise<void> {
    this.#asked.get(session_id)?.abort();
    const asked = new AbortController();
    this.#asked.set(session_id, asked);
    this.#noteUse();
    const outcome = await this.#options.platform.ask(question, asked.signal).catch((error: unknown) => {
      this.#options.logger.warn("nobody could be asked", { reason: reasonOf(error) });
      return "nobody_there" as const;
    });
    if (this.#asked.get(session_id) === asked) this.#asked.delete(session_id);
    this.#noteUse();
    if (!asked.signal.aborted) this.#options.tell({ type: "consent", session_id, outcome });
  }

  #onCandidate(sessionId: string, candidate: IceCandidate): void {
    const shown = this.#shown.get(sessionId);
    if (shown?.webrtc) shown.webrtc.addCandidate(candidate);
    else if (shown && shown.candidates.length < ICE_CANDIDATES_PER_SIDE) shown.candidates.push(candidate);
  }

  #onWay(message: OfferMessage | StreamMessage): void {
    const { session_id, viewer_email, policy } = message;
    const shown = this.#shown.get(session_id) ?? this.#newSession(session_id, viewer_email, policy);
    if (!shown) {
      const reason = `this machine shows ${DESKTOPS_PER_MACHINE} desktops already`;
      return this.#options.tell({ type: "refused", session_id, reason });
    }
    // Candidates of the offer before are of no use to this one, and those of this one come after it.
    if (message.type === "offer" && message.sdp_offer !== shown.answered?.sdpOffer) {
      shown.webrtc = undefined;
      shown.candidates = [];
    }
    shown.work = shown.work
      .then(() => this.#takeWay(message, shown))
      .catch((error: unknown) => {
        this.#options.logger.warn("the desktop cannot be shown", { session_id, reason: reasonOf(error) });
        this.#options.tell({ type: "refused", session_id, reason: reasonOf(error) });
        if (!shown.session.isShown && this.#shown.get(session_id) === shown)
          this.#forget(session_id, "it could not be shown");
      });
  }

  async #takeWay(message: OfferMessage | StreamMessage, shown: Shown): Promise<void> {
    if (this.#shown.get(message.session_id) !== shown) return;
    if (message.type === "offer") await this.#answer(message, shown);
    else await this.#dial(message, shown);
  }

  async #answer({ session_id, sdp_offer, ice_servers }: OfferMessage, shown: Shown): Promise<void> {
    const tellAnswer = (sdp_answer: string) =>
      this.#options.tell({ type: "answer", session_id, sdp_offer, sdp_answer });
    if (shown.answered?.sdpOffer === sdp_offer) return tellAnswer(shown.answered.sdpAnswer);
    // Only who is offered WebRTC loads it.
    const { answerOffer } = await import("./transport/webrtc-transport.ts");
    await shown.session.connect(async (events) => {
      const answered = await answerOffer({
        sdpOffer: sdp_offer,
        iceServers: ice_servers,
        events,
        candidate: (candidate) => this.#options.tell({ type: "candidate", session_id, candidate }),
        logger: this.#options.logger.with({ sessionId: session_id }),
      });
      // At once, and not after the screen is open: the viewer looks for a way meanwhile.
      shown.answered = { sdpOffer: sdp_offer, sdpAnswer: answered.sdpAnswer };
      tellAnswer(answered.sdpAnswer);
      shown.webrtc = answered.transport;
      for (const candidate of shown.candidates.splice(0)) answered.transport.addCandidate(candidate);
      return answered;
    });
  }

  async #dial(message: StreamMessage, shown: Shown): Promise<void> {
    if (message.epoch <= shown.epoch) return;
    shown.epoch = message.epoch;
    await shown.session.connect((events) => ({
      transport: new StreamTransport({
        url: message.stream_url,
        token: message.stream_token,
        sessionId: message.session_id,
        machineId: message.machine_id,
        epoch: message.epoch,
        challenge: message.challenge,
        key: message.key,
        clockOffsetMs: message.clock_offset_ms,
        events,
        logger: this.#options.logger.with({ sessionId: message.session_id }),
      }),
    }));
  }

  #newSession(sessionId: string, viewerEmail: string, policy: DesktopPolicy): Shown | undefined {
    if (this.#shown.size >= DESKTOPS_PER_MACHINE) return undefined;
    const { platform, logger, tell } = this.#options;
    const session = new DesktopSession<Picture>(
      { ...platform, openScreen: this.#warm.openScreen, openEncoder: this.#warm.openEncoder },
      policy,
      {
        shown: (isShown) => this.#onShown(sessionId, isShown),
        ended: (reason) => {
          this.#forget(sessionId, reason);
          tell({ type: "ended", session_id: sessionId, by_person: false, reason });
        },
      },
      logger.with({ sessionId }),
    );
    const shown: Shown = {
      session,
      viewerEmail,
      work: Promise.resolve(),
      answered: undefined,
      webrtc: undefined,
      candidates: [],
      epoch: 0,
      indicator: undefined,
      gone: undefined,
    };
    this.#shown.set(sessionId, shown);
    this.#awaitViewer(sessionId, shown);
    this.#noteUse();
    return shown;
  }

  #onShown(sessionId: string, isShown: boolean): void {
    const shown = this.#shown.get(sessionId);
    if (!shown) return;
    clearTimeout(shown.gone);
    if (!isShown) {
      this.#hideIndicator(shown);
      this.#awaitViewer(sessionId, shown);
    } else {
      shown.indicator ??= this.#options.platform.showIndicator(shown.viewerEmail, {
        end: () => {
          const reason = "the person at the machine ended it";
          this.#end(sessionId, reason);
          this.#options.tell({ type: "ended", session_id: sessionId, by_person: true, reason });
        },
      });
      shown.indicator.catch((error: unknown) => {
        this.#options.logger.warn("the indicator cannot be shown", { reason: reasonOf(error) });
      });
    }
  }

  #awaitViewer(sessionId: string, shown: Shown): void {
    shown.gone = setTimeout(() => {
      const reason = "the viewer did not come back";
      this.#end(sessionId, reason);
      this.#options.tell({ type: "ended", session_id: sessionId, by_person: false, reason });
    }, VIEWER_GONE_MS);
  }

  #hideIndicator(shown: Shown): void {
    void shown.indicator?.then((indicator) => indicator.close()).catch(() => {});
    shown.indicator = undefined;
  }

  #end(sessionId: string, reason: string): void {
    this.#asked.get(sessionId)?.abort();
    this.#forget(sessionId, reason);
  }

  #forget(sessionId: string, reason: string): void {
    const shown = this.#shown.get(sessionId);
    if (!shown) return;
    this.#shown.delete(sessionId);
    clearTimeout(shown.gone);
    this.#hideIndicator(shown);
    shown.session.close(reason);
    if (this.#shown.size === 0) this.#restoring = this.#restoring.then(() => this.#restoreResolutions());
    this.#noteUse();
  }

  async #restoreResolutions(): Promise<void> {
    await this.#options.platform.restoreResolutions().catch((error: unknown) => {
      this.#options.logger.warn("the resolution of before cannot be restored", { reason: reasonOf(error) });
    });
  }

  #noteUse(): void {
    this.#idle.inUse(this.#shown.size > 0 || this.#asked.size > 0);
  }
}

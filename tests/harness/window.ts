/** A window of a person: the resuming session of our client, as browser and CLI use it, over real sockets. */
import { HttpClient, type SessionState, type SocketLike, TerminalSession } from "@sallyport/client";
import { decodeFrame, type Frame, shellApi } from "@sallyport/protocol";
import { type RawData, WebSocket } from "ws";
import type { Person } from "./system.ts";

export interface WindowOptions {
  /** Where this window reaches the control plane; may be a proxy. */
  baseUrl: string;
  who: Person;
  machineId: string;
  resume?: { sessionId: string; reattachToken?: string; have?: number; takeOver?: boolean };
  /** Everything the terminal gets, in order; drawn at once. */
  output?(bytes: Uint8Array): void;
  gap?(gap: { from: number; to: number }): void;
  reset?(start: number): void;
  /** Every frame that comes, as it came. */
  frame?(frame: Frame): void;
}

const WAIT_MS = 30_000;

export class TestWindow {
  readonly session: TerminalSession;
  readonly states: SessionState[] = [];
  text = "";
  dropped = 0;
  latency: { controlPlaneMs: number; machineMs: number | undefined } | undefined;
  #waiting = new Set<() => void>();

  constructor({ baseUrl, who, machineId, resume, ...hears }: WindowOptions) {
    const api = new HttpClient({ baseUrl, token: () => who.access_token });
    this.session = new TerminalSession(
      {
        target: { baseUrl, orgId: who.orgId, machineId },
        dial: (url, protocols) => {
          const socket = new WebSocket(url, protocols);
          if (hears.frame) socket.on("message", (data) => hears.frame?.(decodeFrame(bytesOf(data)) as Frame));
          return socket as unknown as SocketLike;
        },
        accessToken: async () => who.access_token,
        createSession: async () =>
          (await api.act(shellApi, "create_session", { org_id: who.orgId, machine_id: machineId })).token,
        status: (session_id, reattach_token) =>
          api.act(shellApi, "session_status", { org_id: who.orgId, session_id, reattach_token }),
        size: { cols: 80, rows: 24 },
        resume,
      },
      {
        state: (state) => {
          this.states.push(state);
          this.#poke();
        },
        reset: () => {
          this.text = "";
        },
        attached: (attached) => {
          if (attached.screen) hears.reset?.(attached.start);
        },
        output: (bytes) => {
          hears.output?.(bytes);
          this.session.drawn(bytes.length);
          this.text = (this.text + Buffer.from(bytes).toString("latin1")).slice(-200_000);
          this.#poke();
        },
        gap: (gap) => hears.gap?.(gap),
        pendingInput: () => {},
        inputDropped: (bytes) => {
          this.dropped += bytes;
        },
        notice: () => {},
        latency: (latency) => {
          this.latency = latency;
        },
      },
    );
    this.session.start();
  }

  get state(): SessionState["state"] | undefined {
    return this.states.at(-1)?.state;
  }

  type(text: string): number {
    return this.session.type(new TextEncoder().encode(text));
  }

  /** Resolves when `condition` holds after some news. */
  async when(condition: () => boolean, what: string, withinMs = WAIT_MS): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        const states = this.states.slice(-6).map((state) => JSON.stringify(state));
        reject(new Error(`waited for ${what}; states: ${states.join(" ")}; it shows:\n${this.text.slice(-1_000)}`));
      }, withinMs);
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  shows(pattern: RegExp): Promise<void> {
    return this.when(() => pattern.test(this.text), String(pattern));
  }

  is(state: SessionState["state"]): Promise<void> {
    return this.when(() => this.state === state, `the state ${state}`);
  }

  #poke(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** The client asks for `ArrayBuffer`s. */
const bytesOf = (data: RawData): Uint8Array => new Uint8Array(data as ArrayBuffer);

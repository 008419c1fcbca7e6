import { backoffMs } from "@sallyport/client";
import { DashboardEvent } from "@sallyport/protocol";

/** `down` is also the state before the first connection: whoever polls while it is down starts right. */
export type LiveStatus = "down" | "up";

export interface LiveSocketParts {
  /** Opens a new socket; rejects when there is no token to open it with. */
  open: () => Promise<WebSocket>;
  onEvent: (event: DashboardEvent) => void;
  onStatus: (status: LiveStatus) => void;
}

/** A connection that lived this long was a good one: the next pause starts small again. */
const STABLE_AFTER_MS = 5_000;

/** Hears of changes while it runs, connecting again with growing, random pauses. Sends nothing. */
export class LiveSocket {
  readonly #parts: LiveSocketParts;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #opening = false;
  #stopped = false;

  constructor(parts: LiveSocketParts) {
    this.#parts = parts;
  }

  start(): void {
    window.addEventListener("online", this.#onOnline);
    window.addEventListener("offline", this.#onOffline);
    // Not at once: React's development mode starts, stops and starts again.
    this.#timer = setTimeout(() => this.#connect(), 0);
  }

  stop(): void {
    this.#stopped = true;
    window.removeEventListener("online", this.#onOnline);
    window.removeEventListener("offline", this.#onOffline);
    clearTimeout(this.#timer);
    this.#socket?.close(1000, "viewer left");
    this.#parts.onStatus("down");
  }

  /** The network is back: no need to wait for the timer. */
  readonly #onOnline = (): void => {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#connect();
  };

  /** A socket without a network looks open for minutes. */
  readonly #onOffline = (): void => this.#socket?.close();

  #connect(): void {
    if (this.#opening || this.#stopped) return;
    this.#opening = true;
    this.#parts
      .open()
      .then(
        (socket) => (this.#stopped ? socket.close(1000) : this.#listen(socket)),
        () => this.#again(),
      )
      .finally(() => {
        this.#opening = false;
      });
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    let stable: ReturnType<typeof setTimeout> | undefined;
    socket.onopen = () => {
      stable = setTimeout(() => {
        this.#attempt = 0;
      }, STABLE_AFTER_MS);
      if (!this.#stopped) this.#parts.onStatus("up");
    };
    socket.onmessage = ({ data }) => {
      const event = readEvent(data);
      if (event && !this.#stopped) this.#parts.onEvent(event);
    };
    socket.onclose = () => {
      clearTimeout(stable);
      this.#socket = undefined;
      if (this.#stopped) return;
      this.#parts.onStatus("down");
      this.#again();
    };
  }

  #again(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), 250 + backoffMs(this.#attempt++));
  }
}

/** An event, or undefined for one that a newer server may send. */
function readEvent(data: unknown): DashboardEvent | undefined {
  try {
    return DashboardEvent.safeParse(JSON.parse(String(data))).data;
  } catch {
    return undefined;
  }
}

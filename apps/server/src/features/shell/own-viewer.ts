/**
 * The control plane as the viewer of a session: hands on what its program writes, as bytes, and how it ended. It takes
 * everything at once, so what it is told must be little.
 */
import { type Exit, FRAME_HEADER_BYTES, type Notice } from "@sallyport/protocol";
import type { Viewer, ViewerEvents } from "./viewer.ts";

export interface OwnViewerEvents {
  output(bytes: Uint8Array): void;
  /** The way to the machine is broken, or is there again. */
  reachable(isReachable: boolean): void;
  /** Once, and nothing after it. `exit` is undefined when the session was ended without one. */
  ended(exit: Exit | undefined, reason: string): void;
}

export class OwnViewer implements Viewer {
  /** Whoever waits for it waits in one call: nobody comes back. */
  readonly canResume = false;
  readonly #viewer: ViewerEvents;
  readonly #events: OwnViewerEvents;
  #exit: Exit | undefined;
  #isOver = false;

  constructor(viewer: ViewerEvents, events: OwnViewerEvents) {
    this.#viewer = viewer;
    this.#events = events;
  }

  attached(): void {
    this.#events.reachable(true);
  }

  output(frame: Buffer, outputEnd: number): void {
    this.#events.output(frame.subarray(FRAME_HEADER_BYTES));
    this.#viewer.acknowledged(outputEnd);
  }

  exit(exit: Exit): void {
    this.#exit = exit;
  }

  notice({ code }: Notice): void {
    if (code === "MACHINE_UNREACHABLE") this.#events.reachable(false);
  }

  close(_code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.ended(this.#exit, reason);
    // What we were told has arrived: the relay lets go of the session.
    queueMicrotask(() => this.#viewer.closed(true));
  }

  /** Leaves: the session is ended. */
  leave(): void {
    this.#isOver = true;
    this.#viewer.closed(false);
  }

  inputAcknowledged(): void {}
  pause(): void {}
  resume(): void {}
}

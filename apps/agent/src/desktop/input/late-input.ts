import type { DesktopDisplay } from "@sallyport/protocol";
import type { InputEvent, InputSink } from "./input-sink.ts";

/** Of input, while what takes it is being opened: more than anybody types in a second. */
const MAX_WAITING = 1_000;

/** Input that is still being opened: whoever types as soon as he sees the screen is heard. */
export class LateInput implements InputSink {
  /** Settles when it is known whether there is input; rejects with the reason when there is none. */
  readonly opened: Promise<void>;
  #sink: InputSink | undefined;
  #waiting: [InputEvent, DesktopDisplay][] = [];
  #isOver = false;

  constructor(opening: Promise<InputSink>) {
    this.opened = opening.then(
      (sink) => this.#open(sink),
      (error: unknown) => {
        this.close();
        throw error;
      },
    );
  }

  handle(event: InputEvent, display: DesktopDisplay): void {
    if (this.#isOver) return;
    if (this.#sink) this.#sink.handle(event, display);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push([event, display]);
    // A part of it would leave keys down.
    else this.#waiting = [[{ type: "release" }, display]];
  }

  close(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#sink?.close();
  }

  #open(sink: InputSink): void {
    this.#sink = sink;
    if (this.#isOver) return sink.close();
    for (const [event, display] of this.#waiting) sink.handle(event, display);
    this.#waiting = [];
  }
}

/** What the participants of a run saw and did, one event after another, as the history checker reads it. */
import { appendFileSync, readFileSync } from "node:fs";

/** What every event tells: when, who, and of which session. `at` is in milliseconds of one machine's wall clock. */
interface Common {
  at: number;
  who: string;
  session: string;
  epoch: number;
}

export type HistoryEvent = Common &
  (
    | { type: "attached"; start: number; inNext: number; gap?: { from: number; to: number }; screen?: boolean }
    /** Output that was accepted, from `offset` on. */
    | { type: "output"; offset: number; bytes: number }
    /** Input that was sent, for the first time or again. */
    | { type: "input"; offset: number; bytes: number }
    | { type: "inputAck"; offset: number }
    | { type: "exit"; offset: number }
    | { type: "detached" }
  );

/** An event without its time, which the history adds. A distributed `Omit`: the plain one would merge the union. */
type Untimed<Event> = Event extends unknown ? Omit<Event, "at"> : never;

export class History {
  readonly events: HistoryEvent[] = [];
  readonly #file: string | undefined;

  /** @param file is written as well, one JSON line per event: what participants in other processes share */
  constructor(file?: string) {
    this.#file = file;
  }

  add(event: Untimed<HistoryEvent>): void {
    const timed = { at: performance.timeOrigin + performance.now(), ...event } as HistoryEvent;
    this.events.push(timed);
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify(timed)}\n`);
  }

  /** The events of several files, in the order in which they happened. */
  static read(files: readonly string[]): HistoryEvent[] {
    const lines = files.flatMap((file) => readFileSync(file, "utf8").split("\n").filter(Boolean));
    return lines.map((line) => JSON.parse(line) as HistoryEvent).sort((one, other) => one.at - other.at);
  }
}

/**
 * One question, put to several places.
 *
 * Invariants: each place is asked once; a place that is over does not change any more; what is told is a new list, a few
 * times a second at most.
 */
import type { DiagnosticRun } from "@sallyport/protocol";
import type { Question } from "./question.ts";

/** Over HTTP/1.1 a browser has six connections to one server, and other questions need some. */
const AT_ONCE = 3;
const TELL_EVERY_MS = 100;

export type PlaceState =
  | { is: "waiting" }
  /** What its tool wrote until now. */
  | { is: "running"; output: string }
  | { is: "done"; run: DiagnosticRun }
  /** It was not run; `isLimit`: trying again later can help. */
  | { is: "refused"; message: string; isLimit: boolean }
  | { is: "stopped"; output: string };

export interface Place {
  location: string;
  state: PlaceState;
}

export interface DiagnosisParts {
  question: Question;
  /** Runs it at one place. @throws whatever keeps it from being run */
  ask: (location: string, onOutput: (text: string) => void, signal: AbortSignal) => Promise<DiagnosticRun>;
  refusalOf: (error: unknown) => { message: string; isLimit: boolean };
  onOver?: (places: readonly Place[]) => void;
}

export class Diagnosis {
  readonly question: Question;
  readonly startedAt = new Date().toISOString();
  readonly #parts: DiagnosisParts;
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #now: Place[];
  #told: readonly Place[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next = 0;

  constructor(parts: DiagnosisParts) {
    this.#parts = parts;
    this.question = parts.question;
    this.#now = parts.question.locations.map((location) => ({ location, state: { is: "waiting" } }));
    this.#told = [...this.#now];
  }

  /** In the order of the question. The same list until something changes. */
  readonly places = (): readonly Place[] => this.#told;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Resolves when all places are over. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work()));
    this.#parts.onOver?.([...this.#now]);
  }

  /** Ends the tools that run, and asks nobody else. */
  stop(): void {
    this.#stop.abort();
    for (const [index, { state }] of this.#now.entries()) {
      if (state.is === "waiting") this.#become(index, { is: "stopped", output: "" });
      if (state.is === "running") this.#become(index, { is: "stopped", output: state.output });
    }
  }

  async #work(): Promise<void> {
    for (let index = this.#next++; index < this.#now.length; index = this.#next++) await this.#askAt(index);
  }

  async #askAt(index: number): Promise<void> {
    const place = this.#now[index];
    if (!place || this.#stop.signal.aborted) return;
    let output = "";
    this.#become(index, { is: "running", output });
    try {
      const onOutput = (text: string) => {
        output += text;
        this.#become(index, { is: "running", output });
      };
      const run = await this.#parts.ask(place.location, onOutput, this.#stop.signal);
      this.#become(index, { is: "done", run });
    } catch (error) {
      this.#become(index, { is: "refused", ...this.#parts.refusalOf(error) });
    }
  }

  #become(index: number, state: PlaceState): void {
    const place = this.#now[index];
    if (!place || !isUnderWay(place.state)) return;
    this.#now[index] = { ...place, state };
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#told = [...this.#now];
      for (const tell of this.#listeners) tell();
    }, TELL_EVERY_MS);
  }
}

export const isUnderWay = ({ is }: PlaceState): boolean => is === "waiting" || is === "running";

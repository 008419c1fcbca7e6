/**
 * Validates a run after it ended: what each viewer saw (reliability-security.md 6.4: I1, I2, I3, I5, I6, I7, I9).
 *
 * A viewer behind a bad line may see its epoch begin after another viewer saw a later one. So what viewers share is
 * compared in the order of epochs, which is the order in which the host did it, and never in that of clocks.
 */
import type { HistoryEvent } from "./history.ts";

/** Every violation in a run, in words; empty when there is none. */
export function findViolations(events: readonly HistoryEvent[]): string[] {
  return [...groupBy(events, ({ session }) => session)].flatMap(([session, ofSession]) =>
    new SessionHistory(ofSession).violations().map((violation) => `session ${session}: ${violation}`),
  );
}

/** @throws Error that names every violation. */
export function checkHistory(events: readonly HistoryEvent[]): void {
  const violations = findViolations(events);
  if (violations.length > 0) throw new Error(`the history is not one that may be:\n${violations.join("\n")}`);
}

class SessionHistory {
  readonly #events: readonly HistoryEvent[];
  readonly #violations: string[] = [];

  constructor(events: readonly HistoryEvent[]) {
    this.#events = events;
  }

  violations(): string[] {
    for (const [who, events] of groupBy(this.#events, ({ who }) => who)) this.#checkViewer(who, events);
    this.#checkWriters();
    this.#checkInputAcrossEpochs();
    this.#checkExits();
    return this.#violations;
  }

  #checkViewer(who: string, events: readonly HistoryEvent[]): void {
    let epoch = 0;
    let received: number | undefined;
    let acknowledged = 0;
    let typed = 0;
    let exited = false;
    let isAttached = false;
    for (const event of events) {
      const wrong = (what: string) => this.#violations.push(`${who}, epoch ${event.epoch}: ${what}`);
      if (exited && event.type !== "detached") wrong(`${event.type} after the exit`);
      if (event.type !== "attached" && event.epoch !== epoch) wrong(`${event.type} accepted in epoch ${epoch}`);
      if (!isAttached && event.type !== "attached" && event.type !== "input") wrong(`${event.type} while not attached`);
      switch (event.type) {
        case "attached":
          if (event.epoch <= epoch) wrong(`attached after epoch ${epoch}`);
          if (received !== undefined && !continues(event, received))
            wrong(`output goes on at ${event.start}, received was up to ${received}`);
          // A viewer that types for the first time, or again after another one did, begins where the host is.
          if (event.inNext < acknowledged)
            wrong(`the host forgot input: ${event.inNext}, acknowledged ${acknowledged}`);
          epoch = event.epoch;
          received = event.start;
          acknowledged = event.inNext;
          typed = Math.max(typed, event.inNext);
          isAttached = true;
          break;
        case "output":
          if (event.offset !== received) wrong(`output at ${event.offset}, next was ${received}`);
          received = event.offset + event.bytes;
          break;
        case "input":
          if (event.offset > typed) wrong(`input at ${event.offset}, typed was up to ${typed}`);
          typed = Math.max(typed, event.offset + event.bytes);
          break;
        case "inputAck":
          if (event.offset < acknowledged) wrong(`input acknowledged up to ${event.offset}, before ${acknowledged}`);
          if (event.offset > typed) wrong(`input acknowledged up to ${event.offset}, typed was up to ${typed}`);
          acknowledged = Math.max(acknowledged, event.offset);
          break;
        case "exit":
          if (event.offset !== received) wrong(`exit at ${event.offset}, received was up to ${received}`);
          exited = true;
          break;
        case "detached":
          isAttached = false;
          break;
        default:
          event satisfies never;
      }
    }
  }

  #checkWriters(): void {
    for (const [epoch, events] of groupBy(this.#attachments(), ({ epoch }) => epoch)) {
      if (events.length > 1)
        this.#violations.push(`epoch ${epoch} was given to ${events.map(({ who }) => who).join(" and ")}`);
    }
  }

  /** Input that was acknowledged in one epoch is known in every later one, whoever types there. */
  #checkInputAcrossEpochs(): void {
    const acknowledged = new Map<number, number>();
    for (const event of this.#events) {
      if (event.type !== "inputAck") continue;
      acknowledged.set(event.epoch, Math.max(event.offset, acknowledged.get(event.epoch) ?? 0));
    }
    let highest = 0;
    for (const { epoch, inNext, who } of this.#attachments()) {
      if (inNext < highest)
        this.#violations.push(`epoch ${epoch}, ${who}: begins at input ${inNext}, ${highest} was taken`);
      highest = Math.max(highest, inNext, acknowledged.get(epoch) ?? 0);
    }
  }

  /** The exit is told again at the next attachment when nobody confirmed it; but it is always the same, and the end. */
  #checkExits(): void {
    const offsets = new Set(this.#events.flatMap((event) => (event.type === "exit" ? [event.offset] : [])));
    if (offsets.size > 1) this.#violations.push(`exits at ${[...offsets].join(" and ")}`);
    const [end] = offsets;
    if (end === undefined) return;
    for (const event of this.#events) {
      if (event.type === "output" && event.offset + event.bytes > end)
        this.#violations.push(`${event.who}, epoch ${event.epoch}: output beyond the exit at ${end}`);
    }
  }

  #attachments() {
    return this.#events.filter((event) => event.type === "attached").sort((one, other) => one.epoch - other.epoch);
  }
}

/** Exactly where the viewer is, behind a gap that begins there, or on a new screen that is not older. */
function continues({ start, gap, screen }: HistoryEvent & { type: "attached" }, received: number): boolean {
  if (screen) return start >= received;
  if (gap) return gap.from === received && gap.to === start && gap.to > gap.from;
  return start === received;
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { History, type HistoryEvent } from "../history.ts";
import { checkHistory, findViolations } from "../history-checker.ts";

type Loose = Partial<HistoryEvent> & { type: HistoryEvent["type"] };

/** Events of one session; each takes who and epoch from the one before, where it does not say. */
function history(...events: Loose[]): HistoryEvent[] {
  let last: Record<string, unknown> = { at: 0, who: "anna", session: "s", epoch: 1 };
  return events.map((event) => {
    const { at, who, session, epoch } = { ...last, ...event } as HistoryEvent;
    last = { at: at + 1, who, session, epoch };
    return { at, who, session, epoch, ...event } as HistoryEvent;
  });
}

/** Opened, resumed after a cut, taken over by another window, ended. */
const GOOD = history(
  { type: "attached", start: 0, inNext: 0 },
  { type: "output", offset: 0, bytes: 10 },
  { type: "input", offset: 0, bytes: 5 },
  { type: "inputAck", offset: 3 },
  { type: "detached" },
  { type: "attached", epoch: 2, start: 10, inNext: 5 },
  { type: "input", offset: 3, bytes: 2 },
  { type: "inputAck", offset: 5 },
  { type: "output", offset: 10, bytes: 10 },
  { type: "attached", epoch: 3, start: 30, inNext: 5, gap: { from: 20, to: 30 } },
  { type: "detached" },
  { type: "attached", who: "boris", epoch: 4, start: 32, inNext: 5, screen: true },
  { type: "output", offset: 32, bytes: 8 },
  { type: "exit", offset: 40 },
  { type: "detached" },
);

test("a run as it should be has no violations", () => {
  expect(findViolations(GOOD)).toEqual([]);
});

test("sessions are judged apart", () => {
  const other = GOOD.map((event) => ({ ...event, session: "t" }));
  expect(findViolations([...GOOD, ...other])).toEqual([]);
});

test("a viewer may see its epoch late, when another has a later one already", () => {
  const late = history(
    { type: "attached", epoch: 2, who: "boris", start: 0, inNext: 0 },
    { type: "input", offset: 0, bytes: 4 },
    { type: "inputAck", offset: 4 },
    { type: "attached", epoch: 1, who: "anna", start: 0, inNext: 0 },
  );
  expect(findViolations(late)).toEqual([]);
});

const opened: Loose = { type: "attached", start: 0, inNext: 0 };
const resumed: Loose = { type: "attached", epoch: 2, start: 0, inNext: 0 };

test.each<[string, Loose[], RegExp]>([
  ["an epoch that comes again", [opened, opened], /attached after epoch 1/],
  ["an epoch that falls", [resumed, { type: "attached", epoch: 1, start: 0, inNext: 0 }], /attached after epoch 2/],
  ["two writers in one epoch", [opened, { ...opened, who: "boris" }], /epoch 1 was given to anna and boris/],
  ["output with a hole", [opened, { type: "output", offset: 1, bytes: 1 }], /output at 1, next was 0/],
  [
    "output that is doubled",
    [opened, { type: "output", offset: 0, bytes: 4 }, { type: "output", offset: 0, bytes: 4 }],
    /output at 0, next was 4/,
  ],
  [
    "a resume that goes back",
    [opened, { type: "output", offset: 0, bytes: 4 }, resumed],
    /output goes on at 0, received was up to 4/,
  ],
  [
    "a gap that does not begin where the viewer was",
    [opened, { type: "output", offset: 0, bytes: 4 }, { ...resumed, start: 9, gap: { from: 5, to: 9 } } as Loose],
    /output goes on at 9/,
  ],
  [
    "a screen older than what was seen",
    [opened, { type: "output", offset: 0, bytes: 4 }, { ...resumed, start: 3, screen: true } as Loose],
    /output goes on at 3/,
  ],
  [
    "output of another epoch",
    [opened, { type: "output", epoch: 2, offset: 0, bytes: 1 }],
    /output accepted in epoch 1/,
  ],
  [
    "output while not attached",
    [opened, { type: "detached" }, { type: "output", offset: 0, bytes: 1 }],
    /output while not attached/,
  ],
  ["input with a hole", [opened, { type: "input", offset: 1, bytes: 1 }], /input at 1, typed was up to 0/],
  [
    "an acknowledgement that falls",
    [opened, { type: "input", offset: 0, bytes: 9 }, { type: "inputAck", offset: 9 }, { type: "inputAck", offset: 8 }],
    /acknowledged up to 8, before 9/,
  ],
  ["an acknowledgement of what was not typed", [opened, { type: "inputAck", offset: 1 }], /typed was up to 0/],
  [
    "input that the host forgot",
    [opened, { type: "input", offset: 0, bytes: 9 }, { type: "inputAck", offset: 9 }, resumed],
    /the host forgot input/,
  ],
  [
    "input that another viewer types again",
    [
      opened,
      { type: "input", offset: 0, bytes: 9 },
      { type: "inputAck", offset: 9 },
      { ...resumed, who: "boris", inNext: 8 } as Loose,
    ],
    /begins at input 8, 9 was taken/,
  ],
  ["an exit before the last byte", [opened, { type: "exit", offset: 1 }], /exit at 1, received was up to 0/],
  ["two exits", [opened, { type: "exit", offset: 0 }, { type: "exit", offset: 0 }], /exit after the exit/],
  [
    "output after the exit",
    [opened, { type: "exit", offset: 0 }, { type: "output", offset: 0, bytes: 1 }],
    /after the exit/,
  ],
  [
    "an exit that moves",
    [
      opened,
      { type: "exit", offset: 0 },
      { ...resumed, who: "boris", screen: true, start: 5 } as Loose,
      { type: "exit", offset: 5 },
    ],
    /exits at 0 and 5/,
  ],
])("%s is a violation", (_, events, expected) => {
  const run = history(...events);
  expect(findViolations(run).join("\n")).toMatch(expected);
  expect(() => checkHistory(run)).toThrow(expected);
});

test("histories of several processes are read in the order in which things happened", () => {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-history-"));
  try {
    const [one, other] = [new History(join(folder, "1")), new History(join(folder, "2"))];
    one.add({ who: "anna", session: "s", epoch: 1, type: "attached", start: 0, inNext: 0 });
    other.add({ who: "boris", session: "s", epoch: 2, type: "attached", start: 0, inNext: 0 });
    one.add({ who: "anna", session: "s", epoch: 1, type: "detached" });
    const events = History.read([join(folder, "2"), join(folder, "1")]);
    expect(events.map(({ who }) => who)).toEqual(["anna", "boris", "anna"]);
    expect(one.events.length + other.events.length).toBe(3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

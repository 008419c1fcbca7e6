import { expect, test } from "vitest";
import { decidePresence, type PresenceFacts } from "./decide-presence.ts";

const there: PresenceFacts = { isVirtual: false, isLocked: false, isScreenSaverOn: false, idleMs: 60_000 };

test.each<[Partial<PresenceFacts>, string]>([
  [{}, "there"],
  [{ isLocked: undefined, idleMs: undefined }, "there"],
  [{ idleMs: 16 * 60_000 }, "nobody_there"],
  [{ isLocked: true }, "locked"],
  [{ isScreenSaverOn: true, idleMs: 20 * 60_000 }, "locked"],
  [{ isVirtual: true, isLocked: true }, "nobody_there"],
])("%j is %s", (facts, presence) => {
  expect(decidePresence({ ...there, ...facts })).toBe(presence);
});

import { expect, test } from "vitest";
import { memoryStorage } from "./memory-storage.ts";
import { type SavedSession, SavedSessions } from "./saved-sessions.ts";

const USER = "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e5f";
const idOf = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;

function aSession(number: number, text = "a screen"): SavedSession {
  const screen = { text, tail: "", cols: 80, rows: 24 };
  return {
    sessionId: idOf(number),
    userId: USER,
    reattachToken: "r".repeat(43),
    savedAt: number,
    drawn: { have: 7, screen },
  };
}

test("what is written is read again, by the same person only", () => {
  const saved = new SavedSessions(memoryStorage());
  saved.write(aSession(1));
  expect(saved.read(idOf(1), USER)).toEqual(aSession(1));
  expect(saved.read(idOf(1), idOf(9))).toBeUndefined();
  expect(saved.read(idOf(2), USER)).toBeUndefined();
});

test("a tab keeps the three sessions that it showed last", () => {
  const saved = new SavedSessions(memoryStorage());
  for (const number of [1, 2, 3, 4]) saved.write(aSession(number));
  expect([1, 2, 3, 4].filter((number) => saved.read(idOf(number), USER))).toEqual([2, 3, 4]);
});

test("signing out leaves nothing of a session behind, and everything else alone", () => {
  const storage = memoryStorage();
  const saved = new SavedSessions(storage);
  storage.setItem("other", "stays");
  saved.write(aSession(1));
  saved.clear();
  expect(saved.read(idOf(1), USER)).toBeUndefined();
  expect(storage.getItem("other")).toBe("stays");
});

test("where there is no room for the screen, the window at least stays the same one", () => {
  const storage = memoryStorage();
  const { setItem } = storage;
  storage.setItem = (key, value) => {
    if (value.length > 1_000) throw new DOMException("full", "QuotaExceededError");
    setItem(key, value);
  };
  const saved = new SavedSessions(storage);
  saved.write(aSession(1, "x".repeat(2_000)));
  const { drawn: _, ...rest } = aSession(1);
  expect(saved.read(idOf(1), USER)).toEqual(rest);
});

test.each(["", "null", "{", '{"sessionId":"x"}'])("stored nonsense %j is nothing saved", (text) => {
  const storage = memoryStorage();
  storage.setItem(`sallyport_session:${idOf(1)}`, text);
  expect(new SavedSessions(storage).read(idOf(1), USER)).toBeUndefined();
});

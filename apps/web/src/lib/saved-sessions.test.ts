import { expect, test } from "vitest";
import { memoryStorage } from "./memory-storage.ts";
import { type SavedSession, SavedSessions } from "./saved-sessions.ts";

const USER = "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e5f";
const idOf = (number: number) => `00000000-0000-4000-8000-0000000000${String(number).padStart(2, "0")}`;

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

test("a tab keeps the twelve sessions that it showed last", () => {
  const saved = new SavedSessions(memoryStorage());
  const numbers = Array.from({ length: 14 }, (_, index) => 10 + index);
  for (const number of numbers) saved.write(aSession(number));
  expect(numbers.filter((number) => saved.read(idOf(number), USER))).toEqual(numbers.slice(2));
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

test("a screen for which there is no room takes that of other screens, and of no window its identity", () => {
  const storage = memoryStorage();
  const { setItem } = storage;
  storage.setItem = (key, value) => {
    const others = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "")
      .filter((each) => each !== key)
      .reduce((sum, each) => sum + (storage.getItem(each)?.length ?? 0), 0);
    if (others + value.length > 3_000) throw new DOMException("full", "QuotaExceededError");
    setItem(key, value);
  };
  const saved = new SavedSessions(storage);
  saved.write(aSession(1, "x".repeat(1_500)));
  saved.write(aSession(2, "y".repeat(1_500)));
  const { drawn: _, ...rest } = aSession(1);
  expect(saved.read(idOf(1), USER)).toEqual(rest);
  expect(saved.read(idOf(2), USER)).toEqual(aSession(2, "y".repeat(1_500)));
});

test.each(["", "null", "{", '{"sessionId":"x"}'])("stored nonsense %j is nothing saved", (text) => {
  const storage = memoryStorage();
  storage.setItem(`sallyport_session:${idOf(1)}`, text);
  expect(new SavedSessions(storage).read(idOf(1), USER)).toBeUndefined();
});

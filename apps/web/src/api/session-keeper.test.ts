import { RemoteError, type SignIn } from "@sallyport/protocol";
import { expect, test } from "vitest";
import type { Exclusively } from "../lib/cross-tab-lock.ts";
import { memoryStorage } from "../lib/memory-storage.ts";
import { parseSession, refreshInMs, SESSION_STORAGE_KEY, sessionFrom } from "./session.ts";
import { SessionKeeper } from "./session-keeper.ts";
import { SessionStore } from "./session-store.ts";

const MINUTE = 60_000;

const aSignIn = (number: number, expiresIn = 86_400): SignIn => ({
  access_token: `access-${number}`,
  refresh_token: `refresh-${number}`,
  expires_in: expiresIn,
  user: { id: "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e5f", email: "ada@example.com" },
  orgs: [],
});

test("a token of a day is exchanged five minutes before its end", () => {
  const session = sessionFrom(aSignIn(1), 0);
  expect(refreshInMs(session, 0)).toBe(86_400_000 - 5 * MINUTE);
  expect(refreshInMs(session, 86_400_000)).toBe(0);
});

test("a token of one minute is exchanged when twelve seconds are left, not at once", () => {
  expect(refreshInMs(sessionFrom(aSignIn(1, 60), 0), 0)).toBe(48_000);
});

test.each(["", "null", "{", "[]", '{"access_token":"x"}'])("stored nonsense %j is nobody signed in", (text) =>
  expect(parseSession(text)).toBeUndefined(),
);

test("the stored session carries the fields that the documents read", () => {
  const { storage } = aSystem();
  expect(JSON.parse(storage.getItem(SESSION_STORAGE_KEY) ?? "")).toMatchObject({
    access_token: "access-1",
    refresh_token: "refresh-1",
    expires_at: "1970-01-02T00:00:00.000Z",
    user: { email: "ada@example.com" },
  });
});

test("a fresh token is used as it is", async () => {
  const { tab, used } = aSystem();
  await expect(tab().accessToken()).resolves.toBe("access-1");
  expect(used).toEqual([]);
});

test("two tabs that wake up together use the refresh token once", async () => {
  const { tab, used, clock } = aSystem();
  clock.now = 86_400_000;
  const tokens = await Promise.all([tab().accessToken(), tab().accessToken(), tab().renew("access-1")]);
  expect(used).toEqual(["refresh-1"]);
  expect(tokens.slice(0, 2)).toEqual(["access-2", "access-2"]);
});

test("a refused refresh token ends the sign-in", async () => {
  const { tab, store } = aSystem(() => {
    throw new RemoteError(401, { code: "INVALID_TOKEN", message: "Invalid or expired refresh token" });
  });
  await expect(tab().renew("access-1")).resolves.toBeUndefined();
  expect(store.read()).toBeUndefined();
});

test("a server that does not answer ends nothing, and a token that still lives is used", async () => {
  const { tab, store, clock } = aSystem(() => {
    throw new RemoteError(0, { code: "UNREACHABLE", message: "no answer" });
  });
  clock.now = 86_400_000 - MINUTE;
  await expect(tab().accessToken()).resolves.toBe("access-1");
  clock.now = 86_400_000;
  await expect(tab().accessToken()).rejects.toThrow("no answer");
  expect(store.read()?.access_token).toBe("access-1");
});

test("listeners hear of a sign-out in another tab", () => {
  const storage = memoryStorage();
  const window = new EventTarget();
  const store = new SessionStore(storage, window);
  store.write(sessionFrom(aSignIn(1), 0));
  const heard: (string | undefined)[] = [];
  store.subscribe(() => heard.push(store.read()?.access_token));
  storage.removeItem(SESSION_STORAGE_KEY);
  window.dispatchEvent(Object.assign(new Event("storage"), { key: SESSION_STORAGE_KEY }));
  window.dispatchEvent(Object.assign(new Event("storage"), { key: "something-else" }));
  expect(heard).toEqual([undefined]);
});

/** A browser with a stored sign-in, and as many tabs as the test opens. */
function aSystem(answer: (refreshToken: string) => SignIn = () => aSignIn(2)) {
  const storage = memoryStorage();
  const clock = { now: 0 };
  const used: string[] = [];
  const store = new SessionStore(storage);
  store.write(sessionFrom(aSignIn(1), 0));
  const exclusively = oneAtATime();
  const tab = () =>
    new SessionKeeper({
      store: new SessionStore(storage),
      exclusively,
      now: () => clock.now,
      refresh: async (refreshToken) => {
        used.push(refreshToken);
        await Promise.resolve();
        return answer(refreshToken);
      },
    });
  return { storage, store, clock, used, tab };
}

function oneAtATime(): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return (_name, work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };
}

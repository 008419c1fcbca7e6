import { expect, test } from "vitest";
import type { ScreenEvents } from "./screen/screen-source.ts";
import { WarmStart } from "./warm-start.ts";

const SETTINGS = { kbps: 1_000, quality: 24 };

function world() {
  const log: string[] = [];
  const screens: ScreenEvents[] = [];
  const failing = { grab: false, encoder: false };
  const encoder = {
    encode: async (_picture: number, { timeUs }: { timeUs: number }) => {
      log.push("encoded");
      return { data: new Uint8Array(1), isKey: true, timeUs, width: 1, height: 1, quality: 24 };
    },
    adjust: () => {},
    close: () => log.push("encoder closed"),
  };
  const warm = new WarmStart<number>({
    openScreen: async (events) => {
      screens.push(events);
      const name = `screen ${screens.length}`;
      log.push(`${name} opened`);
      return {
        displays: () => [],
        resolutions: () => [],
        show: async () => {},
        grab: async () => {
          if (failing.grab) throw new Error("it cannot be read");
          return 1;
        },
        resize: async () => {},
        close: () => log.push(`${name} closed`),
      };
    },
    openEncoder: async () => {
      if (failing.encoder) throw new Error("no libx264");
      return encoder;
    },
  });
  const heard: string[] = [];
  const events: ScreenEvents = {
    damaged: () => heard.push("damaged"),
    displaysChanged: () => heard.push("changed"),
    failed: (reason) => heard.push(reason),
  };
  return { warm, log, screens, heard, events, failing };
}

test("the first one is open already and has encoded a frame; the next one is opened when it is asked for", async () => {
  const { warm, log, screens, heard, events } = world();
  await warm.prepare(SETTINGS);
  screens[0]?.damaged({ x: 0, y: 0, width: 1, height: 1 });
  expect(log).toEqual(["screen 1 opened", "encoded"]);
  await warm.openScreen(events);
  await warm.openEncoder(SETTINGS);
  screens[0]?.displaysChanged();
  screens[0]?.failed("gone");
  expect(heard).toEqual(["changed", "gone"]);
  await warm.openScreen(events);
  expect(log).toEqual(["screen 1 opened", "encoded", "screen 2 opened"]);
  // What was taken is closed by who took it.
  warm.close();
  expect(log).not.toContain("screen 1 closed");
});

test("a screen that ends before anybody takes it is not given to anybody", async () => {
  const { warm, log, screens, events } = world();
  await warm.prepare(SETTINGS);
  screens[0]?.failed("the X server ended");
  expect(log.slice(-2)).toEqual(["screen 1 closed", "encoder closed"]);
  await warm.openScreen(events);
  expect(log.at(-1)).toBe("screen 2 opened");
});

test.each([
  ["grab", ["screen 1 opened", "screen 1 closed", "encoder closed"]],
  ["encoder", ["screen 1 opened", "screen 1 closed"]],
] as const)("where its %s fails nothing stays open", async (what, expected) => {
  const { warm, log, failing } = world();
  failing[what] = true;
  await expect(warm.prepare(SETTINGS)).rejects.toThrow();
  expect(log).toEqual(expected);
});

import { afterEach, beforeEach, expect, test } from "vitest";
import type { XTest } from "x11";
import { TestDisplay } from "../../testing/test-display.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { RandR } from "../screen/randr.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import { X11Indicator } from "./x11-indicator.ts";

let server: TestDisplay;
let hand: X11Connection;
let xtest: XTest;
let indicator: X11Indicator;
beforeEach(async () => {
  server = await TestDisplay.start();
  hand = await server.connect();
  xtest = await hand.extension("xtest");
  indicator = await X11Indicator.open(await server.connect());
});
afterEach(async () => {
  indicator.close();
  await server.stop();
});

interface Bar {
  x: number;
  y: number;
  width: number;
  isShown: boolean;
}

async function bar(): Promise<Bar> {
  const { ask, client, screen } = hand;
  const { children } = await ask<{ children: number[] }>((reply) => client.QueryTree(screen.root, reply));
  const [window = 0] = children;
  const { mapState } = await ask<{ mapState: number }>((reply) => client.GetWindowAttributes(window, reply));
  const { xPos, yPos, width } = await ask<{ xPos: number; yPos: number; width: number }>((reply) =>
    client.GetGeometry(window, reply),
  );
  return { x: xPos, y: yPos, width, isShown: mapState !== 0 };
}

const moveTo = (x: number, y: number) => xtest.FakeInput(xtest.MotionNotify, 0, 0, hand.screen.root, x, y);
const button = (isDown: boolean) => xtest.FakeInput(isDown ? xtest.ButtonPress : xtest.ButtonRelease, 1, 0, 0, 0, 0);
function click(x: number, y: number): void {
  moveTo(x, y);
  button(true);
  button(false);
}

test("it is shown at the middle of the top edge as long as somebody sees the screen", async () => {
  expect((await bar()).isShown).toBe(false);
  const first = indicator.add({ email: "ann@example.com", end: () => {} });
  const one = await waitFor(async () => {
    const shown = await bar();
    expect(shown.isShown).toBe(true);
    return shown;
  });
  expect(one.y).toBe(0);
  expect(Math.abs(one.x + one.width / 2 - 640)).toBeLessThanOrEqual(1);
  const second = indicator.add({ email: `${"b".repeat(300)}@example.com`, end: () => {} });
  await waitFor(async () => expect((await bar()).width).toBeGreaterThan(one.width));
  expect((await bar()).width).toBeLessThanOrEqual(1280);
  first();
  first();
  second();
  await waitFor(async () => expect((await bar()).isShown).toBe(false));
});

test("End ends the session that it stands beside, and only a click does", async () => {
  const ended: string[] = [];
  indicator.add({ email: "ann@example.com", end: () => ended.push("ann") });
  indicator.add({ email: "bob@example.com", end: () => ended.push("bob") });
  const { x, width } = await waitFor(async () => {
    const shown = await bar();
    expect(shown.width).toBeGreaterThan(600);
    return shown;
  });
  moveTo(x + width - 35, 14);
  button(true);
  moveTo(x + 50, 14);
  button(false);
  click(x + width - 35, 14);
  await waitFor(() => expect(ended).toEqual(["bob"]));
});

test("it stays whole in its place when the screen becomes another", async () => {
  indicator.add({ email: "ann@example.com", end: () => {} });
  await waitFor(async () => expect((await bar()).isShown).toBe(true));
  const randr = await RandR.open(hand);
  for (const size of [
    { width: 640, height: 480 },
    { width: 1280, height: 800 },
  ]) {
    const monitors = (await randr?.monitors()) ?? [];
    const [monitor] = monitors;
    if (!randr || !monitor) throw new Error("no monitor");
    await randr.setMode(monitor, monitors, await randr.modeOf(monitor, size));
    await waitFor(async () => {
      const { x, width } = await bar();
      expect(Math.abs(x + width / 2 - size.width / 2)).toBeLessThanOrEqual(1);
    });
  }
});

test("it can be pushed along the edge, no further than the screen", async () => {
  indicator.add({ email: "ann@example.com", end: () => {} });
  const before = await waitFor(async () => {
    const shown = await bar();
    expect(shown.isShown).toBe(true);
    return shown;
  });
  moveTo(before.x + 20, 14);
  button(true);
  moveTo(before.x - 80, 300);
  await waitFor(async () => expect(await bar()).toEqual({ ...before, x: before.x - 100 }));
  moveTo(0, 300);
  button(false);
  await waitFor(async () => expect((await bar()).x).toBeGreaterThanOrEqual(0));
});

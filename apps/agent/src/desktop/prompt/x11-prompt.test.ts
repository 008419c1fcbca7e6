import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { XTest } from "x11";
import { KeyRecorder } from "../../testing/key-recorder.ts";
import { TestDisplay } from "../../testing/test-display.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { X11Input } from "../input/x11-input.ts";
import { openX11, type X11Connection } from "../x11/x11-connection.ts";
import { type PromptOutcome, X11Prompts } from "./x11-prompt.ts";

/**
 * Two servers, one shown in a window of the other. What is typed on the outer one by XTEST reaches the inner one from
 * its own devices, as a person's hands would; what is typed on the inner one by XTEST is what a viewer does.
 */
let outer: TestDisplay;
let inner: TestDisplay;
let hands: X11Connection;
let handsTest: XTest;
let viewer: X11Connection;
let prompts: X11Prompts;
/** What the prompt is shown on. */
let shown: X11Connection;
let isDown: boolean;
let asking: AbortController;
beforeEach(async () => {
  outer = await TestDisplay.start();
  inner = await TestDisplay.start(["-screen", "1280x800"], { program: "Xephyr", env: { DISPLAY: outer.name } });
  hands = await outer.connect();
  handsTest = await hands.extension("xtest");
  viewer = await inner.connect();
  isDown = false;
  prompts = new X11Prompts(async (lost) => {
    // The number of a server that has ended may be another's by now: this one is nobody's.
    shown = await (isDown ? openX11(":9877") : inner.connect(lost));
    return shown;
  });
  asking = new AbortController();
});
afterEach(async () => {
  asking.abort();
  await inner.stop();
  await outer.stop();
});

const question = { viewerEmail: "ann@example.com", seconds: 30, rights: { input: true, clipboard: true } };

interface Prompt {
  answer: Promise<PromptOutcome>;
  /** Where things are on the screen. */
  allow: { x: number; y: number };
  refuse: { x: number; y: number };
  beside: { x: number; y: number };
}

async function ask(seconds = 30): Promise<Prompt> {
  const answer = prompts.ask({ ...question, seconds }, asking.signal);
  const { x, y, width, height } = await waitFor(() => promptArea());
  const row = y + height - 40;
  return {
    answer,
    allow: { x: x + width - 80, y: row },
    refuse: { x: x + width - 210, y: row },
    beside: { x: x + 30, y: y + 30 },
  };
}

/** The window on top of all. */
async function promptArea(): Promise<{ x: number; y: number; width: number; height: number }> {
  const { children } = await viewer.ask<{ children: number[] }>((reply) =>
    viewer.client.QueryTree(viewer.screen.root, reply),
  );
  for (const child of children.reverse()) {
    const { map } = await viewer.ask<{ map: number }>((reply) =>
      viewer.client.GetWindowAttributes(child, (error, attributes) => reply(error, { map: attributes?.mapState ?? 0 })),
    );
    if (map === 0) continue;
    const { xPos, yPos, width, height } = await viewer.ask<Geometry>((reply) =>
      viewer.client.GetGeometry(child, reply),
    );
    if (width === 500) return { x: xPos, y: yPos, width, height };
  }
  throw new Error("no prompt is shown yet");
}
interface Geometry {
  xPos: number;
  yPos: number;
  width: number;
  height: number;
}

/** A person's click; Xephyr's window is in the corner. */
async function click({ x, y }: { x: number; y: number }): Promise<void> {
  handsTest.FakeInput(handsTest.MotionNotify, 0, 0, hands.screen.root, x, y);
  handsTest.FakeInput(handsTest.ButtonPress, 1, 0, 0, 0, 0);
  handsTest.FakeInput(handsTest.ButtonRelease, 1, 0, 0, 0, 0);
  await hands.sync();
}

const focus = async () => (await viewer.ask<{ focus: number }>((reply) => viewer.client.GetInputFocus(reply))).focus;

/** A click on the window, after which it has the keyboard. */
async function clickBeside({ beside }: Prompt): Promise<void> {
  const before = await focus();
  await click(beside);
  await waitFor(async () => expect(await focus()).not.toBe(before));
}

async function press(...keycodes: number[]): Promise<void> {
  for (const keycode of keycodes) {
    handsTest.FakeInput(handsTest.KeyPress, keycode, 0, 0, 0, 0);
    handsTest.FakeInput(handsTest.KeyRelease, keycode, 0, 0, 0, 0);
  }
  await hands.sync();
}
const TAB = 23;
const ENTER = 36;
const ESCAPE = 9;

const meant = () => new Promise((resolve) => setTimeout(resolve, 1_100));

test("a person's click allows or refuses, and until then the prompt is up", async () => {
  const first = await ask();
  expect(prompts.isUp).toBe(true);
  await meant();
  await click(first.allow);
  expect(await first.answer).toBe("granted");
  expect(prompts.isUp).toBe(false);
  await waitFor(async () => await expect(promptArea()).rejects.toThrow());
  const second = await ask();
  await meant();
  await click(second.refuse);
  expect(await second.answer).toBe("refused");
});

test("nothing that a viewer does by XTEST is an answer", async () => {
  const prompt = await ask(4);
  await meant();
  const input = await X11Input.open(await inner.connect());
  const sink = input.sink();
  const screen = { id: "0", name: "", x: 0, y: 0, width: 1280, height: 800, primary: true };
  const clickOn = ({ x, y }: { x: number; y: number }) => {
    sink.handle({ type: "pointer", x, y, buttons: 1 }, screen);
    sink.handle({ type: "pointer", x, y, buttons: 0 }, screen);
  };
  clickOn(prompt.allow);
  clickOn(prompt.beside);
  await meant();
  clickOn(prompt.allow);
  for (const key of ["Tab", "Tab", "Enter", "Escape"]) {
    sink.handle({ type: "key", code: key, key, down: true }, screen);
    sink.handle({ type: "key", code: key, key, down: false }, screen);
  }
  expect(await prompt.answer).toBe("timed_out");
});

test("events that a program sends are no answer", async () => {
  const prompt = await ask(3);
  await meant();
  const { children } = await viewer.ask<{ children: number[] }>((reply) =>
    viewer.client.QueryTree(viewer.screen.root, reply),
  );
  for (const window of children) {
    for (const name of ["ButtonPress", "ButtonRelease"]) {
      const at = { keycode: 1, wid: window, root: viewer.screen.root, x: 420, y: 200, sameScreen: 1 };
      viewer.client.SendEvent(window, 1, 0xff_ffff, { name, ...at });
    }
  }
  expect(await prompt.answer).toBe("timed_out");
});

test("who clicks as it appears, or goes on typing, has agreed to nothing", async () => {
  const program = await KeyRecorder.open(await inner.connect());
  // However long the click takes to arrive: until it has, no time passes.
  const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  onTestFinished(() => clock.mockRestore());
  const prompt = await ask(4);
  const clicked = new Promise<void>((resolve) => {
    shown.client.on("event", ({ name }) => name === "XIButtonRelease" && resolve());
  });
  await click(prompt.allow);
  await clicked;
  clock.mockRestore();
  await meant();
  handsTest.FakeInput(handsTest.MotionNotify, 0, 0, hands.screen.root, 10, 10);
  await press(TAB, TAB, ENTER);
  // They went where they were meant to go.
  await waitFor(async () => expect(await program.chords()).toContain("Return"));
  expect(await prompt.answer).toBe("timed_out");
});

test("after a click on the window, Tab and Enter answer, and Escape refuses", async () => {
  const first = await ask();
  await meant();
  await clickBeside(first);
  await meant();
  await press(TAB, TAB, ENTER);
  expect(await first.answer).toBe("granted");
  const second = await ask();
  await meant();
  await clickBeside(second);
  await meant();
  await press(ESCAPE);
  expect(await second.answer).toBe("refused");
});

test("the keyboard goes back to the program that had it", async () => {
  const program = await KeyRecorder.open(await inner.connect());
  const prompt = await ask();
  await meant();
  await clickBeside(prompt);
  expect(await focus()).not.toBe(program.window);
  await meant();
  await press(ESCAPE);
  await prompt.answer;
  expect(await focus()).toBe(program.window);
});

test("a window that covers it is covered by it", async () => {
  const prompt = await ask();
  // It takes the whole screen.
  await KeyRecorder.open(await inner.connect());
  await meant();
  await click(prompt.allow);
  expect(await prompt.answer).toBe("granted");
});

test("two questions are asked one after the other, each within its own time", async () => {
  const first = await ask(60);
  const second = prompts.ask({ ...question, seconds: 2 }, asking.signal);
  expect(await second).toBe("timed_out");
  expect(prompts.isUp).toBe(true);
  const third = prompts.ask(question, asking.signal);
  await meant();
  await click(first.refuse);
  expect(await first.answer).toBe("refused");
  await waitFor(() => promptArea());
  await meant();
  await click(first.allow);
  expect(await third).toBe("granted");
});

test("a question that is taken back while its display is being opened is over", async () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow = new X11Prompts(async (lost) => {
    await opened;
    return inner.connect(lost);
  });
  const answer = slow.ask({ ...question, seconds: 3_600 }, asking.signal);
  await waitFor(() => expect(slow.isUp).toBe(true));
  asking.abort();
  open();
  expect(await answer).toBe("refused");
  expect(slow.isUp).toBe(false);
});

test("a question that is taken back, or whose server ends, is never granted", async () => {
  const first = await ask();
  asking.abort();
  expect(await first.answer).toBe("refused");
  asking = new AbortController();
  const second = await ask();
  isDown = true;
  inner.kill();
  expect(await second.answer).toBe("refused");
  await expect(prompts.ask(question, asking.signal)).rejects.toThrow(/there is no X display/);
  expect(prompts.isUp).toBe(false);
});

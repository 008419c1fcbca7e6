import { afterEach, beforeEach, expect, test } from "vitest";
import { KeyRecorder } from "../testing/key-recorder.ts";
import { TestDisplay } from "../testing/test-display.ts";
import { waitFor } from "../testing/wait-for.ts";
import { X11Desktop } from "./x11-desktop.ts";

let server: TestDisplay;
let desktop: X11Desktop;
let isVirtual: boolean;
/** Which display is found, if not the server's. */
let found: string | undefined;
beforeEach(async () => {
  server = await TestDisplay.start();
  isVirtual = false;
  found = undefined;
  desktop = new X11Desktop(async () => ({ display: found ?? server.name, xauthority: undefined, isVirtual, how: "" }));
});
afterEach(() => server.stop());

const screen = { id: "0", name: "", x: 0, y: 0, width: 1280, height: 800, primary: true };
const never = new AbortController().signal;
const NOBODYS = ":9877";

test("who is asked at a virtual display, or at none, is nobody", async () => {
  isVirtual = true;
  expect(await desktop.ask({ viewer_email: "a@example.com", seconds: 30 }, never)).toBe("nobody_there");
  const none = new X11Desktop(async () => Promise.reject(new Error("none")));
  expect(await none.ask({ viewer_email: "a@example.com", seconds: 30 }, never)).toBe("nobody_there");
});

test("a screen saver that is on is told as locked", async () => {
  await server.output("xset", ["s", "activate"]);
  expect(await desktop.presence()).toBe("locked");
  await server.output("xset", ["s", "reset"]);
  expect(await desktop.presence()).toBe("there");
});

test("while somebody is asked, what viewers do does not reach the screen, and what they hold is let go", async () => {
  const connection = await server.connect();
  const program = await KeyRecorder.open(connection);
  const sink = await desktop.openInput();
  const key = (code: string, name: string, down: boolean) =>
    sink.handle({ type: "key", code, key: name, down }, screen);
  key("KeyA", "a", true);
  await waitFor(() => expect(program.events.map(({ name }) => name)).toContain("KeyPress"));

  const asking = new AbortController();
  const asked = desktop.ask({ viewer_email: "b@example.com", seconds: 30 }, asking.signal);
  await waitFor(() => expect(desktop.isPromptUp).toBe(true));
  key("KeyB", "b", true);
  key("KeyB", "b", false);
  sink.handle({ type: "pointer", x: 640, y: 400, buttons: 1 }, screen);
  await waitFor(() => expect(program.events.map(({ name }) => name)).toEqual(["KeyPress", "KeyRelease"]));
  asking.abort();
  await asked;

  program.events.length = 0;
  key("KeyC", "c", true);
  await waitFor(() => expect(program.events.map(({ detail }) => detail)).toEqual([54]));
  sink.close();
  sink.close();
});

test("all viewers are in one bar, which goes with the last of them", async () => {
  const look = await server.connect();
  const { client, screen: itsScreen } = look;
  const windows = async () => {
    const { children } = await look.ask<{ children: number[] }>((reply) => client.QueryTree(itsScreen.root, reply));
    return children.length;
  };
  const first = await desktop.showIndicator("a@example.com", { end: () => {} });
  const second = await desktop.showIndicator("b@example.com", { end: () => {} });
  expect(await windows()).toBe(1);
  first.close();
  first.close();
  expect(await windows()).toBe(1);
  second.close();
  await waitFor(async () => expect(await windows()).toBe(0));
});

test("after its server has ended and come back, a desktop can be used again", async () => {
  const before = await desktop.openInput();
  await server.stop();
  // Its number may be another server's by now.
  found = NOBODYS;
  await expect(desktop.openClipboard({ copied: () => {}, tooLarge: () => {} })).rejects.toThrow(
    /there is no X display/,
  );
  server = await TestDisplay.start();
  found = undefined;
  const sink = await waitFor(() => desktop.openInput());
  const program = await KeyRecorder.open(await server.connect());
  before.handle({ type: "key", code: "KeyA", key: "a", down: true }, screen);
  before.close();
  sink.handle({ type: "key", code: "KeyB", key: "b", down: true }, screen);
  await waitFor(() => expect(program.events.map(({ detail }) => detail)).toEqual([56]));
  sink.close();
});

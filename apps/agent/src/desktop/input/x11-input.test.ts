import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DesktopDisplay } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KeyRecorder } from "../../testing/key-recorder.ts";
import { TestDisplay } from "../../testing/test-display.ts";
import { waitFor } from "../../testing/wait-for.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import type { InputSink } from "./input-sink.ts";
import { X11Input } from "./x11-input.ts";

const screen: DesktopDisplay = { id: "0", name: "", x: 0, y: 0, width: 1280, height: 800, primary: true };

let server: TestDisplay;
let typing: X11Connection;
let input: X11Input;
let sink: InputSink;
beforeEach(async () => {
  server = await TestDisplay.start();
  typing = await server.connect();
  input = await X11Input.open(typing);
  sink = input.sink();
});
afterEach(() => server.stop());

const key = (code: string, key: string, down: boolean) => sink.handle({ type: "key", code, key, down }, screen);
function stroke(code: string, name: string): void {
  key(code, name, true);
  key(code, name, false);
}
const type = (text: string) => sink.handle({ type: "text", text }, screen);

async function recorder(): Promise<KeyRecorder> {
  const open = await KeyRecorder.open(await server.connect());
  // The first key has the server tell of another keyboard; what follows is what is looked at.
  stroke("Escape", "Escape");
  await waitFor(async () => expect(await open.chords(typing)).toContain("Escape"));
  // That was told before Escape was, so it is here after one round trip; the keyboard is read again in two more, or four.
  for (let trip = 0; trip < 6; trip += 1) await typing.sync();
  return open;
}

/** What a terminal receives. */
class Terminal {
  readonly #folder = mkdtempSync(join(tmpdir(), "x11-input-"));
  readonly #file = join(this.#folder, "typed");

  async open(): Promise<void> {
    const ready = join(this.#folder, "ready");
    // Its shell starts when its window is there: until then keys would go to nobody.
    server.run("xterm", ["-wf", "-u8", "-e", "sh", "-c", `stty -echo raw; touch ${ready}; exec cat > ${this.#file}`]);
    await waitFor(() => readFileSync(ready));
    // No window manager gives it the focus: the pointer does.
    sink.handle({ type: "pointer", x: 100, y: 100, buttons: 0 }, screen);
  }

  async received(text: string): Promise<void> {
    const isThere = () => expect(readFileSync(this.#file, "utf8")).toBe(text);
    await waitFor(isThere);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

async function inTerminal(run: (terminal: Terminal) => Promise<void>): Promise<void> {
  const terminal = new Terminal();
  try {
    await terminal.open();
    await run(terminal);
  } finally {
    terminal.close();
  }
}

const ODD = "aA ä ß € 你 😀 @ { } \\ ~ ° ½ ж λ ł Ł œ – “”";

test("any text arrives in a terminal as its bytes, and so do keys with such characters", async () => {
  await inTerminal(async (terminal) => {
    type(`${ODD}\n`);
    for (const character of ODD) stroke("", character);
    await terminal.received(`${ODD}\r${ODD}`);
  });
});

test("a hundred characters that no key has, typed at once, are all right", async () => {
  const text = Array.from({ length: 150 }, (_, index) => String.fromCodePoint(0x4e00 + ((index * 37) % 120))).join("");
  await inTerminal(async (terminal) => {
    type(text);
    await terminal.received(text);
  });
});

test.each(["us", "de", "fr", "ru", "us,ru"])("with the layout %s the same characters arrive", async (layout) => {
  await server.output("setxkbmap", ["-layout", layout]);
  await inTerminal(async (terminal) => {
    for (const character of `${ODD}azqwyZ1&й`) stroke("", character);
    await terminal.received(`${ODD}azqwyZ1&й`);
  });
});

test("a layout that is chosen while somebody types changes nothing", async () => {
  await inTerminal(async (terminal) => {
    for (const character of "zy@") stroke("", character);
    await terminal.received("zy@");
    await server.output("setxkbmap", ["-layout", "de"]);
    for (const character of "zy@ß") stroke("", character);
    await terminal.received("zy@zy@ß");
  });
});

test("Caps Lock, of the machine or of the viewer, inverts nothing and stays as it is", async () => {
  const xkb = await typing.extension("xkb");
  const locked = () => typing.ask<{ lockedMods: number }>((reply) => xkb.GetState(xkb.UseCoreKbd, reply));
  xkb.LatchLockState(xkb.UseCoreKbd, 2, 2, false, 0, 0, 0, false, 0);
  await inTerminal(async (terminal) => {
    for (const character of "aBßäÄ") stroke("", character);
    stroke("CapsLock", "CapsLock");
    key("ShiftLeft", "Shift", true);
    stroke("KeyA", "a");
    key("ShiftLeft", "Shift", false);
    stroke("KeyB", "B");
    await terminal.received("aBßäÄaB");
  });
  expect((await locked()).lockedMods).toBe(2);
});

test("shortcuts arrive as such", async () => {
  const program = await recorder();
  const chord = (modifiers: [string, string][], code: string, name: string) => {
    for (const [modifier, its] of modifiers) key(modifier, its, true);
    stroke(code, name);
    for (const [modifier, its] of modifiers.toReversed()) key(modifier, its, false);
  };
  const control: [string, string] = ["ControlLeft", "Control"];
  const alt: [string, string] = ["AltLeft", "Alt"];
  const shift: [string, string] = ["ShiftLeft", "Shift"];
  chord([control], "KeyC", "c");
  chord([alt], "Tab", "Tab");
  chord([control, alt], "KeyT", "t");
  chord([control, shift], "KeyV", "V");
  // With Caps Lock on, and on a Cyrillic keyboard, it is the same command.
  chord([control], "KeyC", "C");
  chord([control], "KeyC", "с");
  chord([["MetaLeft", "Meta"]], "KeyL", "l");
  chord([control], "F5", "F5");
  const pressed = await program.chords(typing);
  expect(pressed.filter((name) => !/_[LR]$/.test(name))).toEqual([
    "Control+c",
    "Mod1+Tab",
    "Control+Mod1+t",
    "Shift+Control+V",
    "Control+c",
    "Control+c",
    "Mod4+l",
    "Control+F5",
  ]);
});

test("keys without a character arrive as themselves, also those that the layout lacks", async () => {
  const program = await recorder();
  const keys = [
    ["Enter", "Enter"],
    ["NumpadEnter", "Enter"],
    ["Tab", "Tab"],
    ["Backspace", "Backspace"],
    ["ArrowLeft", "ArrowLeft"],
    ["PageDown", "PageDown"],
    ["F1", "F1"],
    ["F12", "F12"],
    ["F24", "F24"],
    ["ShiftRight", "Shift"],
    ["ControlRight", "Control"],
    ["AltRight", "Alt"],
    ["AltRight", "AltGraph"],
    ["MetaRight", "Meta"],
    ["ContextMenu", "ContextMenu"],
    ["Numpad7", "Home"],
    ["Numpad7", "7"],
    ["NumpadAdd", "+"],
    ["AudioVolumeUp", "AudioVolumeUp"],
    // None of these is anything by itself.
    ["BracketLeft", "Dead"],
    ["CapsLock", "CapsLock"],
    ["NumLock", "NumLock"],
    ["KeyA", "Process"],
    ["KeyA", "constructor"],
  ];
  for (const [code = "", name = ""] of keys) stroke(code, name);
  const pressed = (await program.chords(typing)).map((name) => name.split("+").at(-1) || "+");
  expect(pressed).toEqual([
    "Return",
    "KP_Enter",
    "Tab",
    "BackSpace",
    "Left",
    "Page_Down",
    "F1",
    // F12 and F24, as Sun called them.
    "L2",
    "R4",
    "Shift_R",
    "Control_R",
    "Alt_R",
    "ISO_Level3_Shift",
    "Super_R",
    "Menu",
    "KP_Home",
    // Num Lock was off, and is on for this one.
    "KP_Home",
    "KP_Add",
    "1008ff13",
  ]);
});

test("a key that is held is repeated as often as the viewer says, and not by the server", async () => {
  const program = await recorder();
  key("KeyA", "a", true);
  key("KeyA", "a", true);
  key("KeyA", "a", true);
  // Longer than the server waits before it repeats a key by itself.
  await new Promise((resolve) => setTimeout(resolve, 900));
  key("KeyA", "a", false);
  const names = (await program.taken(typing)).map(({ name }) => name);
  expect(names).toEqual(["KeyPress", "KeyRelease", "KeyPress", "KeyRelease", "KeyPress", "KeyRelease"]);
});

test("what a viewer holds is let go exactly once, by release, by close, and by neither again", async () => {
  const program = await recorder();
  const other = input.sink();
  const shift = (down: boolean) => ({ type: "key", code: "ShiftLeft", key: "Shift", down }) as const;
  other.handle(shift(true), screen);
  key("ShiftLeft", "Shift", true);
  key("KeyA", "A", true);
  sink.handle({ type: "pointer", x: 5, y: 5, buttons: 3 }, screen);
  const pressed = await program.taken(typing);
  expect(pressed.map(({ name }) => name)).toEqual([
    "KeyPress",
    "KeyPress",
    "MotionNotify",
    "ButtonPress",
    "ButtonPress",
  ]);

  sink.handle({ type: "release" }, screen);
  const released = await program.taken(typing);
  // Shift is held by the other viewer.
  expect(released.map(({ name, detail }) => [name, detail])).toEqual([
    ["KeyRelease", 38],
    ["ButtonRelease", 1],
    ["ButtonRelease", 3],
  ]);
  sink.handle({ type: "release" }, screen);
  sink.close();
  sink.close();
  stroke("KeyB", "b");
  expect(await program.taken(typing)).toEqual([]);
  other.close();
  expect((await program.taken(typing)).map(({ name }) => name)).toEqual(["KeyRelease"]);
});

test("the pointer moves within its display, by pixels of it, and turns wheels by notches", async () => {
  const program = await recorder();
  const right = { ...screen, x: 640, width: 640 };
  sink.handle({ type: "pointer", x: 10, y: 20, buttons: 0 }, right);
  sink.handle({ type: "pointer", x: 9_000, y: -5, buttons: 0 }, right);
  sink.handle({ type: "motion", dx: -100, dy: 50, buttons: 4 }, right);
  sink.handle({ type: "pointer", x: 1, y: 1, buttons: 24 }, right);
  const moved = await program.taken(typing);
  expect(moved.map(({ name, x, y, detail }) => (name === "MotionNotify" ? [x, y] : [name, detail]))).toEqual([
    [650, 20],
    [1279, 0],
    [1179, 50],
    ["ButtonPress", 2],
    [641, 1],
    ["ButtonRelease", 2],
    ["ButtonPress", 8],
    ["ButtonPress", 9],
  ]);
  sink.handle({ type: "pointer", x: 1, y: 1, buttons: 0 }, right);
  await program.taken(typing);
  for (let part = 0; part < 5; part += 1) sink.handle({ type: "wheel", dx: 0, dy: 50 }, right);
  sink.handle({ type: "wheel", dx: -240, dy: -120 }, right);
  const turned = await program.taken(typing);
  const presses = turned.filter(({ name }) => name === "ButtonPress").map(({ detail }) => detail);
  expect(presses).toEqual([5, 5, 4, 6, 6]);
});

test("buttons are what the viewer means when the machine's are exchanged for a left hand", async () => {
  const program = await recorder();
  await typing.ask((reply) => typing.client.SetPointerMapping([3, 2, 1, 4, 5, 6, 7, 8, 9, 10], reply));
  await typing.sync();
  sink.handle({ type: "pointer", x: 1, y: 1, buttons: 1 }, screen);
  const buttons = (await program.taken(typing)).filter(({ name }) => name === "ButtonPress");
  expect(buttons.map(({ detail }) => detail)).toEqual([1]);
});

test("AltGr of a viewer on Windows comes with a Control that is not meant", async () => {
  const program = await recorder();
  key("ControlLeft", "Control", true);
  key("AltRight", "AltGraph", true);
  stroke("KeyQ", "@");
  key("AltRight", "AltGraph", false);
  key("ControlLeft", "Control", false);
  const presses = (await program.taken(typing)).filter(({ keysym, name }) => keysym === 0x40 && name === "KeyPress");
  expect(presses.map(({ modifiers }) => modifiers)).toEqual([["Shift"]]);
});

test("text is text, also while the viewer holds Control", async () => {
  await inTerminal(async (terminal) => {
    key("ControlLeft", "Control", true);
    type("c");
    key("ControlLeft", "Control", false);
    await terminal.received("c");
  });
});

test("a viewer that means to fill the memory is let go", async () => {
  for (let round = 0; round < 10; round += 1) type("字".repeat(1_000) + "x".repeat(3_000));
  for (let round = 0; round < 30_000; round += 1) stroke("KeyA", String.fromCodePoint(0x5000 + (round % 5_000)));
  sink.close();
  const down = await typing.ask<Buffer>((reply) => typing.client.QueryKeymap(reply));
  expect(down.every((byte) => byte === 0)).toBe(true);
});

test("what was down when its process was killed is let go by the next one", async () => {
  const observer = await server.connect();
  const down = async () => {
    const keys = await observer.ask<Buffer>((reply) => observer.client.QueryKeymap(reply));
    const { keyMask } = await observer.ask<{ keyMask: number }>((reply) =>
      observer.client.QueryPointer(observer.screen.root, reply),
    );
    return { keys: keys.some((byte) => byte !== 0), buttons: (keyMask & 0x1f00) !== 0 };
  };
  key("ControlLeft", "Control", true);
  key("KeyA", "a", true);
  sink.handle({ type: "pointer", x: 1, y: 1, buttons: 1 }, screen);
  await typing.sync();
  typing.close();
  expect(await down()).toEqual({ keys: true, buttons: true });
  const next = await server.connect();
  await X11Input.open(next);
  await next.sync();
  expect(await down()).toEqual({ keys: false, buttons: false });
});

test("a server that ends ends nothing else", async () => {
  server.kill();
  stroke("KeyA", "a");
  await waitFor(async () => await expect(typing.atom("X")).rejects.toThrow(/has ended|is gone/));
  stroke("KeyA", "a");
  type("字");
  sink.close();
});

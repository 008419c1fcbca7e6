import { once } from "node:events";
import { CLIPBOARD_BYTES } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestDisplay } from "../../testing/test-display.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { X11Clipboard } from "./x11-clipboard.ts";

let server: TestDisplay;
let clipboard: X11Clipboard;
let copied: string[];
let tooLarge: number[];
beforeEach(async () => {
  server = await TestDisplay.start();
  copied = [];
  tooLarge = [];
  clipboard = await X11Clipboard.open(await server.connect(), {
    copied: (text) => copied.push(text),
    tooLarge: (bytes) => tooLarge.push(bytes),
  });
});
afterEach(async () => {
  clipboard.close();
  await server.stop();
});

/** The window that owns the clipboard; 0 is none. */
async function owner(): Promise<number> {
  const { atom, ask, client } = await server.connect();
  const selection = await atom("CLIPBOARD");
  return ask<number>((reply) => client.GetSelectionOwner(selection, reply));
}

async function offer(text: string): Promise<void> {
  clipboard.offer(text);
  await waitFor(async () => expect(await owner()).not.toBe(0));
}

/** A program that copies, and lives as long as its text may be pasted. */
async function copy(program: "xclip" | "xsel", text: string): Promise<void> {
  const args = program === "xclip" ? ["-selection", "clipboard", "-in"] : ["--clipboard", "--input"];
  server.run(program, args, { input: text });
}

const ODD = "ä ß € 你 😀 \\ \t ~\nsecond line";
const LARGE = "0123456789abcdeß".repeat(CLIPBOARD_BYTES / 17).slice(0, -1);

test.each([
  ["xclip", ["-selection", "clipboard", "-out"]],
  ["xclip", ["-selection", "primary", "-out"]],
  ["xclip", ["-selection", "clipboard", "-out", "-target", "text/plain;charset=utf-8"]],
  ["xsel", ["--clipboard", "--output"]],
])("%s %j pastes what the viewer copied, also when it is large", async (program, args) => {
  await offer(ODD);
  expect(await server.output(program, args)).toBe(ODD);
  await offer(LARGE);
  expect(await server.output(program, args)).toBe(LARGE);
});

test("a program can ask what there is, since when, and for Latin-1", async () => {
  await offer("ß €");
  const paste = (target: string) => server.output("xclip", ["-selection", "clipboard", "-out", "-target", target]);
  const targets = (await paste("TARGETS")).split("\n");
  expect(targets).toEqual(expect.arrayContaining(["TARGETS", "TIMESTAMP", "MULTIPLE", "UTF8_STRING", "STRING"]));
  expect(await paste("STRING")).toBe(Buffer.from("ß ?", "latin1").toString());
  expect(Number(await paste("TIMESTAMP"))).toBeGreaterThan(0);
});

test("several targets are had in one request, and what cannot be had is told", async () => {
  await offer("both");
  const other = await server.connect();
  const { client, screen } = other;
  const names = ["CLIPBOARD", "MULTIPLE", "ATOM_PAIR", "UTF8_STRING", "image/png", "A", "B", "PAIRS"];
  const [clip = 0, multiple = 0, pair = 0, utf8 = 0, png = 0, a = 0, b = 0, pairs = 0] = await Promise.all(
    names.map((name) => other.atom(name)),
  );
  const window = client.AllocID();
  client.CreateWindow(window, screen.root, 0, 0, 1, 1, 0, 0, 0, 0, {});
  client.ChangeProperty(0, window, pairs, pair, 32, [utf8, a, png, b]);
  const notified = new Promise<number>((resolve) => {
    client.on("event", ({ name, property }) => name === "SelectionNotify" && resolve(property));
  });
  client.ConvertSelection(window, clip, multiple, pairs, 0);
  expect(await notified).toBe(pairs);
  const read = (property: number) =>
    other.ask<{ data: Buffer }>((reply) => client.GetProperty(0, window, property, 0, 0, 100, reply));
  expect((await read(a)).data.toString()).toBe("both");
  expect((await read(pairs)).data.readUInt32LE(12)).toBe(0);
});

test.each(["xclip", "xsel"] as const)("what %s copies comes to the viewer, also when it is large", async (program) => {
  await copy(program, ODD);
  await waitFor(() => expect(copied).toEqual([ODD]));
  await copy(program, LARGE);
  await waitFor(() => expect(copied[1]).toBe(LARGE));
  expect(tooLarge).toEqual([]);
});

test.each(["xclip", "xsel"] as const)("what %s copies beyond the limit is told, and not cut", async (program) => {
  await copy(program, "x".repeat(CLIPBOARD_BYTES + 1));
  await waitFor(() => expect(tooLarge).toHaveLength(1));
  expect(tooLarge[0]).toBeGreaterThan(CLIPBOARD_BYTES);
  await copy(program, "small");
  await waitFor(() => expect(copied).toEqual(["small"]));
});

test("the viewer's own text does not come back, not even from a program that takes it over", async () => {
  await offer("mine");
  const before = await owner();
  await copy("xclip", "mine");
  await waitFor(async () => expect(await owner()).not.toBe(before));
  await copy("xsel", "theirs");
  await waitFor(() => expect(copied).toEqual(["theirs"]));
  await offer("mine again");
  expect(await server.output("xsel", ["--clipboard", "--output"])).toBe("mine again");
  expect(copied).toEqual(["theirs"]);
});

test("more than the limit is not offered", async () => {
  await offer("small");
  clipboard.offer("x".repeat(CLIPBOARD_BYTES + 1));
  expect(await server.output("xclip", ["-selection", "clipboard", "-out"])).toBe("small");
});

test("a program that ends in the middle of pasting, or of being read, leaves the rest as it was", async () => {
  await offer(LARGE);
  const pasting = server.run("sh", ["-c", "xclip -selection clipboard -out | head -c 1000; kill -9 $$"]);
  await once(pasting, "close");
  expect(await server.output("xclip", ["-selection", "clipboard", "-out"])).toBe(LARGE);

  // An owner that announces parts and then says nothing more.
  const owner = await server.connect();
  const { client, screen } = owner;
  const [selection = 0, incr = 0] = await Promise.all(["CLIPBOARD", "INCR"].map((name) => owner.atom(name)));
  const window = client.AllocID();
  client.CreateWindow(window, screen.root, 0, 0, 1, 1, 0, 0, 0, 0, {});
  const asked = new Promise<void>((resolve) => {
    client.on("event", ({ name, requestor, target, property, time }) => {
      if (name !== "SelectionRequest") return;
      client.ChangeProperty(0, requestor, property, incr, 32, [5_000]);
      client.SendEvent(requestor, 0, 0, { name: "SelectionNotify", time, requestor, selection, target, property });
      resolve();
    });
  });
  client.SetSelectionOwner(window, selection, 0);
  await asked;
  owner.close();
  await copy("xsel", "after");
  await waitFor(() => expect(copied).toEqual(["after"]));
});

test("an owner that gives no text is asked and left alone", async () => {
  server.run("xclip", ["-selection", "clipboard", "-in", "-target", "image/png"], { input: "a picture" });
  await waitFor(async () => expect(await owner()).not.toBe(0));
  await copy("xsel", "a text");
  await waitFor(() => expect(copied).toEqual(["a text"]));
});

test("when it is closed, what it offered can be pasted no more", async () => {
  await offer("gone");
  clipboard.close();
  await waitFor(async () => expect(await server.output("xsel", ["--clipboard", "--output"])).toBe(""));
});

import { once } from "node:events";
import { CLIPBOARD_BYTES } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import x11, { type XEvent } from "x11";
import { TestDisplay } from "../../testing/test-display.ts";
import { waitFor } from "../../testing/wait-for.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import { X11Clipboard } from "./x11-clipboard.ts";

const DELETED = 1;

let server: TestDisplay;
let clipboard: X11Clipboard;
let copied: string[];
let tooLarge: number[];
beforeEach(async () => {
  server = await TestDisplay.start();
  copied = [];
  tooLarge = [];
  const events = {
    copied: (text: string) => copied.push(text),
    tooLarge: (bytes: number) => tooLarge.push(bytes),
  };
  clipboard = await X11Clipboard.open(await server.connect(), events, { echoMs: 60_000 });
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

const PASTE = { xclip: ["-selection", "clipboard", "-out"], xsel: ["--clipboard", "--output"] } as const;
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
  // It did not end over a window that was gone in the middle of reading.
  expect(await server.output(program, [...PASTE[program]])).toHaveLength(CLIPBOARD_BYTES + 1);
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

  const owner = await SlowOwner.copy();
  await owner.asked;
  await owner.announceParts();
  owner.connection.close();
  await copy("xsel", "after");
  await waitFor(() => expect(copied).toEqual(["after"]));
});

test.each([
  ["refuses", (owner: SlowOwner) => owner.refuse()],
  ["answers", (owner: SlowOwner) => owner.answer()],
  ["answers in parts", (owner: SlowOwner) => owner.announceParts().then(() => owner.sendParts("a part", ""))],
])("who %s when another has copied meets no window that is gone, which would end xsel", async (_, answer) => {
  const owner = await SlowOwner.copy();
  await owner.asked;
  await copy("xsel", "theirs");
  await waitFor(() => expect(copied).toEqual(["theirs"]));
  await answer(owner);
  expect(owner.errors).toEqual([]);
});

test("who sends parts when another has copied can send all of them", async () => {
  const owner = await SlowOwner.copy();
  await owner.asked;
  await owner.announceParts();
  await owner.sendParts("a part");
  await copy("xsel", "theirs");
  await waitFor(() => expect(copied).toEqual(["theirs"]));
  await owner.sendParts("another", "");
  expect(owner.errors).toEqual([]);
  expect(copied).toEqual(["theirs"]);
  expect(tooLarge).toEqual([]);
});

test("who has a last word after its last part, as xsel has, can say it, and then the window is gone", async () => {
  const owner = await SlowOwner.copy();
  // What there is; then for a text.
  await owner.asked;
  await owner.refuse();
  await waitFor(() => expect(owner.requests).toBe(2));
  await owner.announceParts();
  await owner.sendParts("a text", "");
  await waitFor(() => expect(copied).toEqual(["a text"]));
  await owner.confirm();
  expect(owner.errors).toEqual([]);
  await waitFor(() => expect(owner.touch()).rejects.toThrow("refused"));
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

/** A program that copied, and answers when the test says so. */
class SlowOwner {
  readonly connection: X11Connection;
  readonly #atoms: { clipboard: number; incr: number; string: number };
  readonly errors: Error[] = [];
  readonly asked: Promise<void>;
  #partsAsked = 0;
  #request: XEvent | undefined;
  requests = 0;

  private constructor(connection: X11Connection, atoms: { clipboard: number; incr: number; string: number }) {
    this.connection = connection;
    this.#atoms = atoms;
    const { client } = connection;
    client.on("error", (error) => this.errors.push(error));
    this.asked = new Promise((resolve) => {
      client.on("event", (event) => {
        if (event.name !== "SelectionRequest") return;
        this.#request = event;
        this.requests += 1;
        client.ChangeWindowAttributes(event.requestor, { eventMask: x11.eventMask.PropertyChange ?? 0 });
        resolve();
      });
    });
    client.on("event", ({ name, state }) => {
      if (name === "PropertyNotify" && state === DELETED) this.#partsAsked += 1;
    });
  }

  static async copy(): Promise<SlowOwner> {
    const connection = await server.connect();
    const names = ["CLIPBOARD", "INCR", "STRING"];
    const [clipboard = 0, incr = 0, string = 0] = await Promise.all(names.map((name) => connection.atom(name)));
    const { client, screen } = connection;
    const window = client.AllocID();
    client.CreateWindow(window, screen.root, 0, 0, 1, 1, 0, 0, 0, 0, {});
    const owner = new SlowOwner(connection, { clipboard, incr, string });
    client.SetSelectionOwner(window, clipboard, 0);
    return owner;
  }

  get #asking(): XEvent {
    if (!this.#request) throw new Error("it was not asked");
    return this.#request;
  }

  confirm(): Promise<void> {
    return this.#notify(this.#asking.property);
  }

  refuse(): Promise<void> {
    return this.#notify(0);
  }

  announceParts(): Promise<void> {
    const { requestor, property } = this.#asking;
    this.connection.client.ChangeProperty(0, requestor, property, this.#atoms.incr, 32, [5_000]);
    return this.#notify(property);
  }

  answer(): Promise<void> {
    this.#give("a text");
    return this.#notify(this.#asking.property);
  }

  /** Each when it is asked for. */
  async sendParts(...parts: string[]): Promise<void> {
    for (const part of parts) {
      await waitFor(() => expect(this.#partsAsked).toBe(1));
      this.#partsAsked = 0;
      this.#give(part);
      await this.connection.sync();
    }
  }

  #give(text: string): void {
    const { requestor, property } = this.#asking;
    this.connection.client.ChangeProperty(0, requestor, property, this.#atoms.string, 8, text);
  }

  #notify(property: number): Promise<void> {
    const { requestor, target, time } = this.#asking;
    const selection = this.#atoms.clipboard;
    const event = { name: "SelectionNotify", time, requestor, selection, target, property } as const;
    this.connection.client.SendEvent(requestor, 0, 0, event);
    return this.connection.sync();
  }

  /** @throws Error when the window that asked is gone */
  async touch(): Promise<void> {
    const { requestor, property } = this.#asking;
    const { ask, client } = this.connection;
    await ask((reply) => client.GetProperty(0, requestor, property, 0, 0, 0, reply));
  }
}

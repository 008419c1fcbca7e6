import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { TestDisplay } from "../../testing/test-display.ts";
import { waitFor } from "../../testing/wait-for.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import { OwnModes } from "./own-modes.ts";
import type { Picture } from "./picture.ts";
import { RandR } from "./randr.ts";
import type { ScreenSource } from "./screen-source.ts";
import { openX11Screen } from "./x11-screen.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const XORG_CONFIG = fileURLToPath(new URL("../../testing/xorg-dummy.conf", import.meta.url));
/** Each with a screen of 800 by 600 pixels. */
const SERVERS = {
  Xvfb: ["-screen", "0", "800x600x24"],
  // The virtual desktops that many servers have already.
  Xtigervnc: ["-geometry", "800x600", "-depth", "24", "-SecurityTypes", "None", "-rfbport", "-1"],
  // What a workstation has. It has no console here, and only root may start it without one.
  Xorg: ["-config", XORG_CONFIG, "-logfile", "/dev/null", "-sharevts", "-novtswitch"],
};
type Server = keyof typeof SERVERS;
const isThere = (server: Server): boolean => spawnSync(server, ["-version"], { stdio: "ignore" }).error === undefined;
const there = (Object.keys(SERVERS) as Server[]).filter(
  (server) => isThere(server) && (server !== "Xorg" || process.getuid?.() === 0),
);

interface Told {
  what: "damaged" | "displaysChanged" | "failed";
  value?: unknown;
}

async function start(name: Server = "Xvfb") {
  const server = await TestDisplay.start(SERVERS[name], { program: name });
  // It has ended before another one may take its number.
  cleanups.push(() => server.stop());
  const told: Told[] = [];
  let wake = () => {};
  const tell = (one: Told) => {
    told.push(one);
    wake();
  };
  const ownModes = new OwnModes();
  const screen: ScreenSource<Picture> = await openX11Screen(
    { display: server.name, xauthority: undefined, ownModes },
    {
      damaged: (value) => tell({ what: "damaged", value }),
      displaysChanged: () => tell({ what: "displaysChanged" }),
      failed: (value) => tell({ what: "failed", value }),
    },
  );
  cleanups.push(() => screen.close());
  const painter = await server.connect();
  const until = async (what: Told["what"]) => {
    while (!told.some((one) => one.what === what)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return told.filter((one) => one.what === what);
  };
  return { screen, painter, told, until, server, ownModes };
}

// biome-ignore lint/suspicious/noExplicitAny: requests that only this test makes are not in the types.
const requests = ({ client }: X11Connection): any => client;

/** One rectangle of one colour on the root window. */
async function paint(
  painter: X11Connection,
  colour: number,
  area: [x: number, y: number, width: number, height: number],
) {
  const X = requests(painter);
  const gc = X.AllocID();
  X.CreateGC(gc, painter.screen.root, { foreground: colour });
  X.PolyFillRectangle(painter.screen.root, gc, area);
  await painter.client.sync();
}

const pixel = ({ frame: { data, linesize } }: Picture, x: number, y: number): number | undefined =>
  data?.[0]?.readUIntLE(y * (linesize[0] ?? 0) + x * 4, 3);

test.each(there)(
  "what is drawn on %s is told of, and is in the next picture; a still screen tells nothing",
  async (name) => {
    const { screen, painter, told, until } = await start(name);
    (await screen.grab()).free();
    expect(told).toEqual([]);
    await paint(painter, 0x336699, [100, 50, 40, 20]);
    const [{ value } = { value: undefined }] = await until("damaged");
    expect(value).toEqual({ x: 100, y: 50, width: 40, height: 20 });
    const picture = await screen.grab();
    expect(picture).toMatchObject({ width: 800, height: 600, changed: { from: 50, to: 70 } });
    expect(pixel(picture, 110, 60)).toBe(0x336699);
    expect(pixel(picture, 10, 10)).toBe(0);
    picture.free();
    told.length = 0;
    await paint(painter, 0x123456, [0, 0, 2, 2]);
    await until("damaged");
    const second = await screen.grab();
    expect(second.changed).toEqual({ from: 0, to: 2 });
    expect(pixel(second, 1, 1)).toBe(0x123456);
    second.free();
  },
);

test.each(there)("a screen of %s takes a smaller resolution and its own again, and pictures have it", async (name) => {
  const { screen, told, until } = await start(name);
  const [display] = screen.displays();
  expect(display).toMatchObject({ x: 0, y: 0, width: 800, height: 600, primary: true });
  const id = display?.id ?? "";
  // Xvfb has the memory of the screen it was started with; the others make more.
  if (name === "Xvfb") expect(screen.resolutions(id)[0]).toEqual({ width: 800, height: 600 });
  await expect(screen.resize(id, { width: 641, height: 480 })).rejects.toThrow("cannot be 641 by 480");
  expect(screen.resolutions(id)).toContainEqual({ width: 640, height: 480 });
  for (const size of [
    { width: 640, height: 480 },
    { width: 800, height: 600 },
  ]) {
    told.length = 0;
    await screen.resize(id, size);
    await until("displaysChanged");
    // It may be told of twice.
    await waitFor(() => expect(screen.displays()).toMatchObject([size]));
    const picture = await screen.grab();
    expect(picture).toMatchObject(size);
    picture.free();
  }
});

describe.each(there)("what a viewer changed on %s", (name) => {
  const small = { width: 640, height: 480 };
  /** A screen, another viewer's beside it, and how large it is. */
  async function changeable() {
    const { screen, painter, ownModes } = await start(name);
    const randr = await RandR.open(painter);
    if (!randr) throw new Error("there is no RandR");
    const id = screen.displays()[0]?.id ?? "";
    const now = async () => (await randr.monitors())[0]?.output?.now;
    return { screen, randr, ownModes, id, now, own: await now() };
  }

  test("is as it was when the last one has gone: the very mode", async () => {
    const { screen, randr, ownModes, id, now, own } = await changeable();
    await screen.resize(id, small);
    expect(await now()).toMatchObject(small);
    await ownModes.putBack(randr);
    expect(await now()).toEqual(own);
    expect(ownModes.isEmpty).toBe(true);
  });

  test("is as it was also when that one went while it was being changed", async () => {
    const { screen, randr, ownModes, id, now, own } = await changeable();
    const note = ownModes.note.bind(ownModes);
    ownModes.note = (...change) => {
      // It is asked for in this turn.
      setImmediate(() => screen.close());
      return note(...change);
    };
    void screen.resize(id, small);
    await waitFor(async () => expect(await now()).toMatchObject(small));
    await ownModes.putBack(randr);
    expect(await now()).toEqual(own);
  });

  test("and somebody there changed since stays as that one wants it", async () => {
    const { screen, randr, ownModes, id, now, own } = await changeable();
    await screen.resize(id, small);
    const monitors = await randr.monitors();
    const [monitor] = monitors;
    if (!monitor || !own) throw new Error("there is no monitor");
    const theirs = { width: 320, height: 240 };
    await randr.setMode(monitor, monitors, await randr.modeOf({ ...monitor, sizes: [theirs] }, theirs));
    await ownModes.putBack(randr);
    expect(await now()).toMatchObject(theirs);
  });
});

test("of several choices, the display's own mode is the one before the first; what is its own again is nobody's choice", () => {
  const mode = (id: number) => ({ mode: id, rotation: 1, width: id, height: id });
  const ownModes = new OwnModes();
  ownModes.note("A", mode(1), 2);
  ownModes.note("A", mode(2), 3);
  expect(ownModes.isEmpty).toBe(false);
  ownModes.note("A", mode(3), 1);
  expect(ownModes.isEmpty).toBe(true);
});

test("a choice that did not take effect is none", () => {
  const mode = (id: number) => ({ mode: id, rotation: 1, width: id, height: id });
  const ownModes = new OwnModes();
  ownModes.note("A", mode(1), 2)();
  expect(ownModes.isEmpty).toBe(true);
  ownModes.note("A", mode(1), 2);
  ownModes.note("A", mode(2), 1)();
  expect(ownModes.isEmpty).toBe(false);
});

test("it says once that the X server ended", async () => {
  const { until, told, server } = await start();
  server.kill();
  await until("failed");
  await new Promise((resolve) => setImmediate(resolve));
  expect(told.filter(({ what }) => what === "failed")).toHaveLength(1);
});

test("a display that is not there is refused in words", async () => {
  const nothing = { damaged: () => {}, displaysChanged: () => {}, failed: () => {} };
  await expect(
    openX11Screen({ display: ":9999", xauthority: undefined, ownModes: new OwnModes() }, nothing),
  ).rejects.toThrow(/X (server|display)/);
});

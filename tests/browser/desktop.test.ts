/** A machine's desktop in a real browser: seen, worked on, lost and found again; consent; and everything that can go wrong. */
import { DesktopInput, desktopApi } from "@sallyport/protocol";
import type { Browser, WebSocketRoute } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { DesktopMachine, RIGHTS, SCREEN, streamMessages } from "../harness/desktop-machine.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { type Person, System } from "../harness/system.ts";
import { COLOURS, PICTURE } from "../harness/test-picture.ts";

const WAIT_MS = 40_000;
// Two browsers' tabs that decode video, and a machine that makes it, on the cores that the tests have.
vi.setConfig({ testTimeout: 180_000 });

let system: System;
let browser: Browser;
let machine: DesktopMachine;
let member: Person;
let tab: Tab;
const tabs: Tab[] = [];

beforeAll(async () => {
  // Its agent does not beat.
  system = await System.start({ ...(await anyDatabase()), HEARTBEAT_TIMEOUT_SECONDS: "3600" });
  browser = await launchBrowser();
  machine = await DesktopMachine.start(system, "Win-B");
  member = await system.person("member");
});
afterAll(async () => {
  machine?.stop();
  await browser?.close();
  await system?.stop();
});
beforeEach(async () => {
  machine.reset();
  tab = await aTab(system.owner);
});
afterEach(async () => {
  for (const each of tabs.splice(0)) await each.close();
  const { api, orgId } = system.owner;
  await api.act(desktopApi, "terminate", { org_id: orgId, machine_id: machine.id });
});

/** A tab in which this person is signed in. */
async function aTab(who: Person, look: Parameters<typeof Tab.open>[2] = {}): Promise<Tab> {
  const opened = await Tab.open(browser, system.url, { as: who, ...look });
  tabs.push(opened);
  opened.page.setDefaultTimeout(WAIT_MS);
  return opened;
}

const open = (query = "", { page } = tab) => page.goto(`/remote-desktop/${machine.id}${query}`);
const says = (text: string | RegExp, { page } = tab) =>
  page
    .getByText(text)
    .first()
    .waitFor()
    .catch(async (cause: Error) => {
      throw new Error(`${cause.message}\nthe page says:\n${await page.locator("body").innerText()}`, { cause });
    });
/** The test's picture comes by WebRTC, however busy the computer is. */
const DIRECT = "?transport=webrtc";

async function connect(query = DIRECT, of = tab): Promise<void> {
  await open(query, of);
  await connected(of);
}
const connected = ({ page } = tab) =>
  page
    .getByText("Connected", { exact: true })
    .waitFor()
    .catch(async (cause: Error) => {
      throw new Error(`${cause.message}\nthe page says:\n${await page.locator("body").innerText()}`, { cause });
    });

const sessionRow = async () => {
  const [row] = await system.sql("SELECT * FROM remote_desktop_sessions ORDER BY created_at DESC LIMIT 1");
  return row as { id: string; status: string; session_type: string; end_reason: string | null };
};
const sessionIs = (status: string) =>
  system.until(async () => (await sessionRow()).status === status, `the session to be ${status}`);

/** The colours in the middle of the picture's quarters, as they are drawn. */
const quarters = ({ page } = tab) =>
  page.evaluate(() => {
    const picture = document.querySelector<HTMLVideoElement | HTMLCanvasElement>('.desktop-picture[data-shown="yes"]');
    if (!picture) return [];
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [80, 60];
    const context = canvas.getContext("2d");
    context?.drawImage(picture, 0, 0, 80, 60);
    return [
      [20, 15],
      [60, 15],
      [20, 45],
      [60, 45],
    ].map(([x = 0, y = 0]) => [...(context?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3));
  });

function expectPicture(seen: number[][]): void {
  expect(seen).toHaveLength(COLOURS.length);
  seen.forEach((colour, quarter) => {
    colour.forEach((value, channel) => {
      expect(Math.abs(value - (COLOURS[quarter]?.[channel] ?? 0))).toBeLessThan(14);
    });
  });
}

/** Where a pixel of the machine lies in the page. */
async function at(x: number, y: number, { page } = tab): Promise<{ x: number; y: number }> {
  const box = await page.locator(".desktop-frame").boundingBox();
  if (!box) throw new Error("there is no picture");
  return { x: box.x + ((x + 0.5) * box.width) / PICTURE.width, y: box.y + ((y + 0.5) * box.height) / PICTURE.height };
}

const until = (condition: () => boolean, what: string) => system.until(condition, what);
const menu = async (button: string, item: string | RegExp, { page } = tab) => {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("menu").getByText(item).first().click();
};

describe("the picture", () => {
  test("RD-100 arrives as the machine shows it, moves, and the session is active", async () => {
    await connect();
    await sessionIs("active");
    expectPicture(await quarters());
    const frames = () =>
      tab.page.evaluate(() => document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
    const before = await frames();
    await tab.page.waitForFunction(
      (seen) => (document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > seen + 5,
      before,
    );
    await system.until(async () => /\d ms/.test(await tab.page.locator("header").innerText()), "the latency");
    expect(tab.page.url()).toContain((await sessionRow()).id);
    expect(tab.wrongs).toEqual([]);
  });

  test("fits into the window, or has its own size on whole pixels, also where the screen has more of them", async () => {
    const own = await aTab(system.owner, { width: 900, height: 500, scale: 2 });
    await connect(DIRECT, own);
    const box = async () =>
      (await own.page.locator(".desktop-frame").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const room = await own.page.locator("main").boundingBox();
    const fitting = await box();
    expect(fitting.height).toBeCloseTo(room?.height ?? 0, 0);
    expect(fitting.width / fitting.height).toBeCloseTo(4 / 3, 1);
    await own.page.getByRole("button", { name: "Fit into the window" }).click();
    await own.page.waitForFunction(
      () => document.querySelector(".desktop-frame")?.getAttribute("data-exact") === "yes",
    );
    expect(await box()).toMatchObject({ width: 400, height: 300 });
    expect(
      await own.page.locator(".desktop-picture").evaluate((element) => getComputedStyle(element).imageRendering),
    ).toBe("pixelated");
  });

  test("a pointer at the edge brings what does not fit", async () => {
    const own = await aTab(system.owner, { width: 500, height: 400 });
    await connect(DIRECT, own);
    await own.page.getByRole("button", { name: "Display" }).click();
    await own.page.getByRole("menuitemradio", { name: "Actual size" }).click();
    const scrolled = () => own.page.locator(".desktop-host").evaluate(({ scrollLeft }) => scrollLeft);
    await own.page.mouse.move(300, 250);
    expect(await scrolled()).toBe(0);
    await own.page.mouse.move(495, 250);
    await system.until(async () => (await scrolled()) === 800 - 500, "the right edge");
    await until(() => (machine.heard("pointer").at(-1)?.x ?? 0) > 780, "the pointer at the right edge of the machine");
  });

  test("in full screen the bar is out of the way until the mouse goes to it", async () => {
    await connect();
    await tab.page.getByRole("button", { name: "Full screen" }).click();
    const bar = tab.page.locator(".desktop-page[data-full=yes] > header");
    await tab.page.mouse.move(640, 400);
    await system.until(async () => ((await bar.boundingBox())?.y ?? 0) <= -48, "the bar to go");
    await tab.page.mouse.move(640, 1);
    await system.until(async () => (await bar.boundingBox())?.y === 0, "the bar to come");
    await bar.getByRole("button", { name: "Leave full screen" }).click();
    await tab.page.locator(".desktop-page[data-full=no]").waitFor();
  });

  test("statistics say what comes, how, and how fast", async () => {
    await connect();
    machine.say({ type: "stats", fps: 20, kbps: 800, target_kbps: 6_000, encode_ms: 4.2, skipped: 3 });
    await menu("Picture", "Show statistics");
    await tab.page.keyboard.press("Escape");
    const panel = tab.page.getByRole("region", { name: "Statistics" });
    await panel.getByText(/^direct over UDP$/).waitFor();
    await panel.getByText("800 × 600").waitFor();
    await panel.getByText(/^H\.264/).waitFor();
    await panel.getByText("6.0 Mbit/s").waitFor();
    await panel
      .getByText(/^\d+(\.\d)? \/ s$/)
      .first()
      .waitFor();
    await panel.getByRole("button", { name: "Hide statistics" }).click();
    await panel.waitFor({ state: "detached" });
  });
});

describe("working on it", () => {
  test("the pointer is where it is, its buttons and wheel are told, and menus of the browser stay away", async () => {
    await connect();
    const { mouse } = tab.page;
    const [from, to] = [await at(100, 50), await at(600, 450)];
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 5 });
    await mouse.up();
    await mouse.click(to.x, to.y, { button: "right" });
    await until(
      () =>
        machine.heard("pointer").at(-1)?.buttons === 0 && machine.heard("pointer").some(({ buttons }) => buttons === 2),
      "the drag and the other button",
    );
    const told = machine.heard("pointer");
    expect(told.find(({ buttons }) => buttons === 1)).toMatchObject({ x: 100, y: 50 });
    expect(told.findLast(({ buttons }) => buttons === 1)).toMatchObject({ x: 600, y: 450 });
    expect(told.filter(({ buttons }) => buttons === 2)).toEqual([{ type: "pointer", x: 600, y: 450, buttons: 2 }]);
    await mouse.wheel(0, 100);
    await until(() => machine.heard("wheel").length > 0, "the wheel");
    expect(machine.heard("wheel")[0]).toEqual({ type: "wheel", dx: 0, dy: 120 });
    expect(tab.wrongs).toEqual([]);
  });

  test("the keyboard is the machine's as soon as the page says that it is connected", async () => {
    await tab.page.addInitScript(() => {
      const watch = new MutationObserver(() => {
        const says = [...document.querySelectorAll("[role=status]")].map(({ textContent }) => textContent);
        if (!says.includes("Connected")) return;
        document.documentElement.dataset.typesInto = document.activeElement?.tagName ?? "";
        watch.disconnect();
      });
      watch.observe(document, { subtree: true, childList: true, characterData: true });
    });
    await connect();
    expect(await tab.page.evaluate(() => document.documentElement.dataset.typesInto)).toBe("TEXTAREA");
  });

  test("keys go as they are, with what is held; Tab and F5 too, and the page stays", async () => {
    await connect();
    const { keyboard } = tab.page;
    await keyboard.press("Shift+A");
    await keyboard.press("Tab");
    await keyboard.press("F5");
    await keyboard.press("Control+C");
    await until(() => machine.heard("key").length >= 12, "twelve keys");
    expect(machine.heard("key").map(({ code, key, down }) => `${down ? "+" : "-"}${code}:${key}`)).toEqual([
      "+ShiftLeft:Shift",
      "+KeyA:A",
      "-KeyA:A",
      "-ShiftLeft:Shift",
      "+Tab:Tab",
      "-Tab:Tab",
      "+F5:F5",
      "-F5:F5",
      "+ControlLeft:Control",
      "+KeyC:C",
      "-KeyC:C",
      "-ControlLeft:Control",
    ]);
    expect(machine.offers).toBe(1);
  });

  test("what is held goes up when the window is left", async () => {
    await connect();
    await tab.page.keyboard.down("Alt");
    await until(() => machine.heard("key").length === 1, "the key");
    await tab.page.evaluate(() => window.dispatchEvent(new Event("blur")));
    await until(() => machine.heard("release").length === 1, "the release");
  });

  test("text of input methods is text", async () => {
    await connect();
    await tab.page.keyboard.insertText("漢字 über");
    await until(() => machine.heard("text").length > 0, "the text");
    expect(machine.heard("text")).toEqual([{ type: "text", text: "漢字 über" }]);
    const cdp = await tab.context.newCDPSession(tab.page);
    await cdp.send("Input.imeSetComposition", { text: "ni", selectionStart: 2, selectionEnd: 2 });
    await cdp.send("Input.insertText", { text: "你" });
    await until(() => machine.heard("text").length > 1, "the composed text");
    expect(machine.heard("text").slice(1)).toEqual([{ type: "text", text: "你" }]);
    expect(machine.heard("key")).toEqual([]);
  });

  test("keys that browsers keep for themselves are sent from the menu, and the keyboard comes back to the machine", async () => {
    await connect();
    await menu("Send keys", "Lock or sign in");
    await until(() => machine.heard("key").length === 6, "six keys");
    expect(machine.heard("key").map(({ code, down }) => `${down ? "+" : "-"}${code}`)).toEqual([
      "+ControlLeft",
      "+AltLeft",
      "+Delete",
      "-Delete",
      "-AltLeft",
      "-ControlLeft",
    ]);
    await tab.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    await tab.page.keyboard.press("x");
    await until(() => machine.heard("key").length === 8, "the key behind the menu");
  });

  test("WCAG 2.1.2 Control, Alt and Shift give the keyboard back to the page", async () => {
    await connect();
    const { keyboard } = tab.page;
    for (const key of ["Control", "Alt", "Shift"]) await keyboard.down(key);
    for (const key of ["Shift", "Alt", "Control"]) await keyboard.up(key);
    await tab.page.waitForFunction(() => document.activeElement?.closest("[role=toolbar]") !== null);
  });

  test("the machine's pointer is the browser's: its picture, its hot spot, and nothing when it is hidden", async () => {
    await connect();
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==";
    machine.say({ type: "cursor", shape: { id: 9, hot_x: 0, hot_y: 0, width: 1, height: 1, png } });
    const cursor = () => tab.page.locator(".desktop-frame").evaluate(({ style }) => style.cursor);
    await system.until(async () => (await cursor()).startsWith('url("data:image/png;base64,iVBOR'), "the cursor");
    machine.say({ type: "cursor", shape: null });
    await system.until(async () => (await cursor()) === "none", "no cursor");
    machine.say({ type: "cursor", shape: { id: 9, hot_x: 0, hot_y: 0, width: 1, height: 1 } });
    await system.until(async () => (await cursor()).startsWith("url("), "the cursor that is known");
    expect(tab.wrongs).toEqual([]);
  });

  test("a viewer that may only look moves nothing and is told so", async () => {
    machine.greeting = [
      SCREEN,
      { ...RIGHTS, input: false, clipboard: { to_machine: false, from_machine: false, max_bytes: 0 } },
    ];
    await connect();
    await says("· view only");
    const place = await at(100, 100);
    await tab.page.mouse.click(place.x, place.y);
    await tab.page.keyboard.press("a");
    expect(await tab.page.getByRole("button", { name: "Send keys" }).count()).toBe(0);
    await tab.page.getByRole("button", { name: "Session" }).click();
    await says("Clipboard: switched off by the machine");
    await tab.page.keyboard.press("Escape");
    machine.say({ type: "notice", code: "INVALID_STATE", message: "heard so far" });
    await says("heard so far");
    expect(machine.inputs.filter(({ type }) => !["show", "ping"].includes(type))).toEqual([]);
  });

  test("monitors, resolutions, quality and rate are asked for", async () => {
    await connect();
    await menu("Display", "DP-1");
    await until(() => machine.heard("show").some(({ display }) => display === "two"), "the other monitor");
    await tab.page.getByRole("button", { name: "Display", exact: true }).click();
    await tab.page.getByRole("menuitemradio", { name: "1280 × 720", exact: true }).click();
    await until(() => machine.heard("resize").length > 0, "the resolution");
    expect(machine.heard("resize")).toEqual([{ type: "resize", width: 1280, height: 720 }]);
    await menu("Picture", "Sharp");
    await until(() => machine.heard("show").at(-1)?.quality === "sharp", "the quality");
    await menu("Picture", "15 frames a second");
    await until(() => machine.heard("show").at(-1)?.max_fps === 15, "the rate");
  });
});

describe("the clipboard", () => {
  test("what is copied here is there before the key that pastes it; what is copied there is here", async () => {
    await tab.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await connect();
    await tab.page.evaluate(() => navigator.clipboard.writeText("copied here 😀"));
    await tab.page.keyboard.press("Control+v");
    await until(() => machine.heard("key").length === 4, "the keys");
    const told = machine.inputs.filter(({ type }) => type === "clipboard" || type === "key");
    expect(told.map((each) => (each.type === "key" ? each.code : "clipboard"))).toEqual([
      "ControlLeft",
      "clipboard",
      "KeyV",
      "KeyV",
      "ControlLeft",
    ]);
    expect(machine.heard("clipboard")[0]).toMatchObject({ text: "copied here 😀", last: true });
    machine.say({ type: "clipboard", id: 1, part: 0, last: false, text: "copied " });
    machine.say({ type: "clipboard", id: 1, part: 1, last: true, text: "there" });
    await says("Copied from the machine");
    expect(await tab.page.evaluate(() => navigator.clipboard.readText())).toBe("copied there");
  });

  test("where the browser copies nothing by itself, a button does", async () => {
    await tab.context.grantPermissions([]);
    await connect();
    await tab.page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException("not allowed", "NotAllowedError"));
    });
    machine.say({ type: "clipboard", id: 1, part: 0, last: true, text: "from the machine" });
    await says("Copied on the machine:");
    await tab.page.getByRole("button", { name: "Copy here" }).click();
    await says("Copied");
  });

  test("what is too large is not sent, and said with its size", async () => {
    await tab.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await connect();
    await tab.page.evaluate(() => navigator.clipboard.writeText("x".repeat(200_000)));
    await menu("Session", "Send your clipboard");
    await says("Too much to paste: 200 kB; this machine takes 100 kB");
    expect(machine.heard("clipboard")).toEqual([]);
  });

  test("text is sent by hand, typed or to the clipboard", async () => {
    await connect();
    await menu("Session", "Send text…");
    await tab.page.getByLabel("Text", { exact: true }).fill("typed by hand");
    await tab.page.getByRole("button", { name: "Type it" }).click();
    await until(() => machine.heard("text").length > 0, "the text");
    expect(machine.heard("text")).toEqual([{ type: "text", text: "typed by hand" }]);
  });
});

describe("on a phone", () => {
  let phone: Tab;
  beforeEach(async () => {
    phone = await aTab(system.owner, { width: 390, height: 844, touch: true, scale: 3 });
    await connect(DIRECT, phone);
  });

  test("a tap clicks, a finger that rests is the other button, a finger that moves drags, two scroll", async () => {
    const place = await at(400, 300, phone);
    await phone.page.touchscreen.tap(place.x, place.y);
    await until(() => machine.heard("pointer").length >= 3, "the click");
    expect(
      machine
        .heard("pointer")
        .slice(0, 3)
        .map(({ buttons }) => buttons),
    ).toEqual([0, 1, 0]);
    expect(machine.heard("pointer")[1]).toMatchObject({ x: 400, y: 300 });
    const cdp = await phone.context.newCDPSession(phone.page);
    const touch = (type: string, ...points: [number, number][]) =>
      cdp.send("Input.dispatchTouchEvent", {
        type: type as "touchStart",
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      });
    machine.inputs.length = 0;
    await touch("touchStart", [place.x, place.y]);
    await until(() => machine.heard("pointer").some(({ buttons }) => buttons === 2), "the other button");
    await touch("touchEnd");
    await until(() => machine.heard("pointer").at(-1)?.buttons === 0, "its release");
    machine.inputs.length = 0;
    // A finger that rests for half a second is the other button: what it does next is on its way with it.
    await Promise.all([touch("touchStart", [place.x, place.y]), touch("touchMove", [place.x + 20, place.y])]);
    for (const by of [40, 60]) await touch("touchMove", [place.x + by, place.y]);
    await touch("touchEnd");
    await until(() => machine.heard("pointer").at(-1)?.buttons === 0 && machine.inputs.length > 2, "the drag");
    expect(machine.heard("pointer").find(({ buttons }) => buttons === 1)).toMatchObject({ x: 400, y: 300 });
    machine.inputs.length = 0;
    await Promise.all([touch("touchStart", [100, 400]), touch("touchStart", [100, 400], [200, 400])]);
    for (const by of [20, 40, 60]) await touch("touchMove", [100, 400 - by], [200, 400 - by]);
    await touch("touchEnd");
    await until(() => machine.heard("wheel").length > 0, "the wheel");
    expect(machine.heard("wheel").every(({ dy }) => dy > 0)).toBe(true);
    expect(machine.heard("pointer")).toEqual([]);
  });

  test("two fingers that part make the view larger", async () => {
    const width = async () => (await phone.page.locator(".desktop-frame").boundingBox())?.width ?? 0;
    const before = await width();
    const cdp = await phone.context.newCDPSession(phone.page);
    const touch = (type: string, ...points: [number, number][]) =>
      cdp.send("Input.dispatchTouchEvent", {
        type: type as "touchStart",
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      });
    await Promise.all([touch("touchStart", [150, 400]), touch("touchStart", [150, 400], [240, 400])]);
    for (const by of [20, 40, 60, 80]) await touch("touchMove", [150 - by, 400], [240 + by, 400]);
    await touch("touchEnd");
    await system.until(async () => (await width()) > before * 1.5, "a larger view");
    expect(machine.heard("wheel")).toEqual([]);
  });

  test("the keys that its keyboard lacks are in a row; Ctrl stays down for the next one", async () => {
    const keys = phone.page.getByRole("toolbar", { name: "Keys" });
    await keys.getByRole("button", { name: "Esc" }).tap();
    await keys.getByRole("button", { name: "Ctrl" }).tap();
    await keys.getByRole("button", { name: "Keyboard" }).tap();
    await phone.page.keyboard.insertText("c");
    await until(() => machine.heard("key").length === 6, "six keys");
    expect(machine.heard("key").map(({ code, down }) => `${down ? "+" : "-"}${code}`)).toEqual([
      "+Escape",
      "-Escape",
      "+ControlLeft",
      "+KeyC",
      "-KeyC",
      "-ControlLeft",
    ]);
    expect(await keys.getByRole("button", { name: "Ctrl" }).getAttribute("aria-pressed")).toBe("false");
  });

  test("everything fits into 390 pixels", async () => {
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    for (const name of ["Send keys", "Display", "Picture", "Session"]) {
      await phone.page.getByRole("button", { name, exact: true }).tap();
      const box = await phone.page.getByRole("menu").boundingBox();
      expect(box?.x ?? -1).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(390);
      await phone.page.keyboard.press("Escape");
    }
  });
});

describe("lost and found", () => {
  test("when the desktop breaks, the page says since when, and the picture comes back in the same session", async () => {
    await connect();
    await sessionIs("active");
    const { id } = await sessionRow();
    machine.mood = "silent";
    machine.breakPeer();
    await says("Reconnecting");
    // What was seen last stays in sight.
    expectPicture(await quarters());
    await says(/since \d+ s/);
    await until(() => machine.offers === 2, "an offer that nobody answers");
    machine.mood = "answer";
    await tab.page.getByRole("button", { name: "Reconnect now" }).click();
    await connected();
    await system.until(async () => {
      expectPicture(await quarters());
      return true;
    }, "the picture");
    expect((await sessionRow()).id).toBe(id);
  });

  test("the control plane restarts, and the picture goes on", async () => {
    await connect();
    await sessionIs("active");
    await system.server.stop();
    await system.startServer();
    await machine.link();
    expect(await tab.page.getByText("Connected", { exact: true }).count()).toBe(1);
    const frames = await tab.page.evaluate(
      () => document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
    );
    await tab.page.waitForFunction(
      (seen) => (document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > seen + 5,
      frames,
    );
    expect(machine.offers).toBe(1);
  });

  test("a reload goes on with the session; leaving the page ends it", async () => {
    await connect();
    await sessionIs("active");
    const { id } = await sessionRow();
    await tab.page.reload();
    await connected();
    expect((await sessionRow()).id).toBe(id);
    await tab.page.goto("about:blank");
    await sessionIs("disconnected");
  });

  test("closing by the button ends the session and goes back to the machines", async () => {
    await connect();
    await sessionIs("active");
    await tab.page.getByRole("button", { name: "Disconnect and close" }).click();
    await tab.page.getByRole("heading", { name: "Machines", exact: true }).waitFor();
    await sessionIs("disconnected");
    expect(tab.wrongs).toEqual([]);
  });

  test("where video cannot pass, it comes through the control plane, says why, and the direct way can be tried again", async () => {
    machine.showsVideo = false;
    const { greeting, frame } = await streamMessages();
    const inputs: DesktopInput[] = [];
    const sockets: WebSocketRoute[] = [];
    // The relay is the control plane's; this is what the machine sends through it.
    await tab.page.routeWebSocket(/\/api\/remote-desktop\/ws/, (socket) => {
      sockets.push(socket);
      let number = 0;
      let unanswered = 0;
      for (const message of greeting) socket.send(message);
      const timer = setInterval(() => {
        if (unanswered > 3) return;
        unanswered += 1;
        socket.send(frame(number));
        number += 1;
      }, 50);
      socket.onMessage((text) => {
        const input = DesktopInput.parse(JSON.parse(String(text)));
        inputs.push(input);
        if (input.type === "taken") unanswered = 0;
      });
      socket.onClose(() => clearInterval(timer));
    });
    await open();
    await connected();
    await says("· through the control plane");
    expect(await tab.page.getByTitle(/no picture came within 4 s/).count()).toBe(1);
    expectPicture(await quarters());
    await until(() => inputs.filter(({ type }) => type === "taken").length > 5, "frames that were taken");
    const taken = inputs.flatMap((input) => (input.type === "taken" ? [input.frame] : []));
    expect(taken).toEqual([...taken].sort((one, other) => one - other));
    const place = await at(400, 300);
    await tab.page.mouse.move(place.x, place.y);
    await until(
      () => inputs.some((input) => input.type === "pointer" && input.x === 400 && input.y === 300),
      "the pointer",
    );
    await sessionIs("active");
    machine.showsVideo = true;
    await system.until(async () => {
      // A picture that took longer than 4 s came by the stream once more.
      if (await tab.page.getByText("· through the control plane").isVisible())
        await menu("Picture", "Try the direct way again");
      return (await tab.page.locator('video[data-shown="yes"]').count()) > 0;
    }, "the picture by the direct way");
    await connected();
    expect(await tab.page.getByText("· through the control plane").count()).toBe(0);
    expect(tab.wrongs).toEqual([]);
  });

  test("a session that is open in another window is asked about, taken over, and taken back", async () => {
    await connect();
    const other = await tab.beside();
    other.page.setDefaultTimeout(WAIT_MS);
    await open(DIRECT, other);
    await says("You have a session on Win-B already", other);
    await other.page.getByRole("button", { name: "Go on here" }).click();
    await connected(other);
    await says("Another window has taken this session over");
    await tab.page.getByRole("button", { name: "Take it back" }).click();
    await connected();
    await says("Another window has taken this session over", other);
    await other.page.close();
    expect((await sessionRow()).status).toBe("active");
  });
});

describe("X-22 every state in words", () => {
  test("RD-017 RD-075 RD-083 a member waits for consent; the owner sees it on any page and allows it", async () => {
    const own = await aTab(member);
    await tab.page.goto("/sessions");
    await open(DIRECT, own);
    await says("Waiting for consent", own);
    await says(/The owner of Win-B, an administrator, or the person who sits at it can allow it/, own);
    const request = tab.page.getByRole("alertdialog");
    await request.getByText(`${member.user.email} asks to see the desktop of Win-B`).waitFor();
    await request.getByRole("button", { name: "Allow" }).click();
    await request.waitFor({ state: "detached" });
    await connected(own);
    expect((await sessionRow()).session_type).toBe("peer");
    await tab.page.getByRole("table", { name: "Desktop sessions" }).getByText("Seen now").waitFor();
    await tab.page.getByRole("button", { name: "End the desktop of Win-B" }).click();
    await says("The session has ended", own);
    expect([...tab.wrongs, ...own.wrongs]).toEqual([]);
  });

  test("RD-017 who asks while the list of those who ask is on its way is seen", async () => {
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let asked = 0;
    let isAnswered = false;
    await tab.page.route(`**${desktopApi.path}`, async (route) => {
      if (route.request().postDataJSON().action !== "list") return route.continue();
      // What is asked later would say it, too.
      if (isAnswered) return;
      const response = await route.fetch();
      asked += 1;
      await held;
      await route.fulfill({ response });
    });
    await tab.page.goto("/machines");
    // Without a word of being cut off: it hears.
    await tab.page.getByText(/^\d+ of \d+ online$/).waitFor();
    await until(() => asked >= 2, "both halves of the list");
    const own = await aTab(member);
    await open(DIRECT, own);
    await says("Waiting for consent", own);
    // What is announced after it has come.
    await system.register("Announced later");
    await says("Announced later");
    isAnswered = true;
    answer();
    await tab.page.getByRole("alertdialog").getByRole("button", { name: "Refuse" }).click();
    await says("Consent was refused", own);
  });

  test("RD-018 RD-105 consent that is refused is said, and can be asked for again", async () => {
    const own = await aTab(member);
    await tab.page.goto("/machines");
    await open(DIRECT, own);
    await tab.page.getByRole("alertdialog").getByRole("button", { name: "Refuse" }).click();
    await says("Consent was refused", own);
    await own.page.getByRole("button", { name: "Ask again" }).click();
    await says("Waiting for consent", own);
  });

  test("nobody is asked about a session that has gone", async () => {
    const own = await aTab(member);
    await tab.page.goto("/machines");
    await open(DIRECT, own);
    await tab.page.getByRole("alertdialog").waitFor();
    await own.page.getByRole("button", { name: "Cancel" }).click();
    await tab.page.getByRole("alertdialog").waitFor({ state: "detached" });
    await says("The session has ended", own);
  });

  test("RD-010 a member owns a machine and is asked for it; another member is not", async () => {
    await system.sql(`UPDATE machines SET owner_id = '${member.user.id}' WHERE id = '${machine.id}' RETURNING id`);
    const own = await aTab(member);
    const third = await system.person("member");
    const bystander = await aTab(third);
    await own.page.goto("/machines");
    await bystander.page.goto("/machines");
    await tab.page.goto(`/remote-desktop/${machine.id}${DIRECT}&type=peer`);
    await own.page.getByRole("alertdialog").getByRole("button", { name: "Allow" }).click();
    await connected();
    expect(await bystander.page.getByRole("alertdialog").count()).toBe(0);
    await system.sql(
      `UPDATE machines SET owner_id = '${system.owner.user.id}' WHERE id = '${machine.id}' RETURNING id`,
    );
  });

  test("an administrator who waits for consent can go without", async () => {
    await open(`${DIRECT}&type=peer`);
    await says("Waiting for consent");
    await tab.page.getByRole("button", { name: "Connect as administrator" }).click();
    await connected();
    expect((await sessionRow()).session_type).toBe("admin");
  });

  test("the time is over", async () => {
    machine.mood = "silent";
    await open(DIRECT);
    await says("Calling Win-B…");
    await system.sql("UPDATE remote_desktop_sessions SET created_at = created_at - interval '3 minutes' RETURNING id");
    await says("The machine did not answer in time");
    machine.mood = "answer";
    await tab.page.getByRole("button", { name: "Connect again" }).click();
    await connected();
  });

  test("a machine that shows no desktop is quoted, and asked again", async () => {
    const refusal = "No X server runs here; start one with: systemctl start lightdm";
    machine.mood = { refusal };
    await open(DIRECT);
    await says("Win-B shows no desktop");
    await says(refusal);
    machine.mood = "answer";
    await tab.page.getByRole("button", { name: "Try again" }).click();
    await connected();
  });

  test("a machine that is offline, and is back", async () => {
    machine.stop();
    await system.sql(`UPDATE machines SET status = 'offline' WHERE id = '${machine.id}' RETURNING id`);
    await open(DIRECT);
    await says("Win-B is offline");
    await machine.link();
    await says("Win-B is online now.");
    await tab.page.getByRole("button", { name: "Try again" }).click();
    await connected();
  });

  test("RD-014 RD-038 rules and plans are named", async () => {
    const mine = await system.register(`Mine-${Date.now()}`);
    await system.sql(`UPDATE machines SET owner_id = '${member.user.id}' WHERE id = '${mine.machine_id}' RETURNING id`);
    const rule = `'${system.owner.orgId}', 'deny', '${mine.name}', 'Win-B', '*', 1`;
    await system.sql(
      `INSERT INTO acl_rules (org_id, action, source, destination, protocol, priority) VALUES (${rule}) RETURNING id`,
    );
    const own = await aTab(member);
    await open(DIRECT, own);
    await says("Access rules deny the desktop of Win-B", own);
    await system.sql("DELETE FROM acl_rules RETURNING id");
    const tenant = await system.tenant("free");
    const poor = await aTab(tenant);
    await open(DIRECT, poor);
    await says("The organisation's plan has no remote desktops", poor);
    await poor.page.goto("/machines");
    await poor.page.getByRole("heading", { name: "Machines", exact: true }).waitFor();
  });

  test("a browser that can show nothing says what it lacks", async () => {
    await tab.page.addInitScript(() => {
      Object.assign(window, { RTCPeerConnection: undefined });
      for (const name of ["RTCPeerConnection", "VideoDecoder"])
        delete (window as unknown as Record<string, unknown>)[name];
    });
    await open();
    await says("This browser cannot show the desktop");
    await says(/no WebRTC.*WebCodecs/);
  });
});

describe("on the other pages", () => {
  test("a machine's desktop is beside its terminal, or the reason why there is none", async () => {
    await tab.page.goto("/machines");
    const row = tab.page.getByRole("row", { name: /Win-B/ });
    await row.getByRole("link", { name: "Desktop of Win-B" }).waitFor();
    machine.facts({ unavailable: "No X server runs here", consent: "never" });
    const button = row.getByRole("button", { name: "Desktop of Win-B" });
    await button.waitFor();
    // For people it looks disabled, and says why when it is pressed.
    await button.click({ force: true });
    await says("No X server runs here");
    machine.facts({ unavailable: null, consent: "never" });
    await row.getByRole("link", { name: "Desktop of Win-B" }).click();
    await tab.page.waitForURL(/remote-desktop/);
    // A session that is still asked for when the tab closes would begin after the one that ends them all.
    await connected();
  });
});

describe("for everybody", () => {
  test.each(LOOKS)("WCAG AA holds, %s", async (name, look) => {
    const own = await aTab(system.owner, look);
    const asking = await aTab(member, look);
    await own.page.goto("/machines");
    await own.page.getByText("Win-B").first().waitFor();
    await open(DIRECT, asking);
    await says("Waiting for consent", asking);
    await asking.looksRight(`desktop ${name} waiting`);
    await own.page.getByRole("alertdialog").waitFor();
    await own.looksRight(`desktop ${name} asked`);
    await own.page.getByRole("alertdialog").getByRole("button", { name: "Allow" }).click();
    await connected(asking);
    await own.page.goto("/sessions");
    await own.page.getByRole("table", { name: "Desktop sessions" }).getByText("Seen now").waitFor();
    await own.looksRight(`desktop ${name} sessions`);
    await asking.page.getByRole("button", { name: "Picture" }).click();
    await asking.page.getByText("Show statistics").click();
    await asking.looksRight(`desktop ${name} statistics menu`);
    await asking.page.keyboard.press("Escape");
    await asking.page.getByText("direct over UDP").waitFor();
    await asking.looksRight(`desktop ${name} connected`);
    machine.mood = { refusal: "No X server runs here" };
    await open(DIRECT, own);
    await says("Win-B shows no desktop", own);
    await own.looksRight(`desktop ${name} no desktop`);
    expect([...own.wrongs, ...asking.wrongs]).toEqual([]);
  });

  test("no other page loads the viewer", async () => {
    const files: string[] = [];
    tab.page.on("request", (request) => files.push(request.url()));
    await tab.page.goto("/machines", { waitUntil: "networkidle" });
    expect(files.filter((file) => file.includes("desktop-page"))).toEqual([]);
    await connect();
    expect(files.filter((file) => file.includes("desktop-page"))).toHaveLength(1);
  });
});

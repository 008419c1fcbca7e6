/** A real desktop in a real browser: an X server, programs on it, the agent's capture and encoder, and both ways to a viewer. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { desktopApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { launchBrowser, Tab } from "../harness/browser.ts";
import { connected, isPicture, paint, picture, quarters } from "../harness/painted-desktop.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { signalTree } from "../harness/process-tree.mjs";
import { temporaryFolder } from "../harness/programs.ts";
import { type Person, type RunningAgent, System } from "../harness/system.ts";
import { XDisplay } from "../harness/x-display.ts";

const WAIT_MS = 40_000;
// Some wait several times for so long.
vi.setConfig({ testTimeout: 180_000 });

let browser: Browser;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const tabs: Tab[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  folder = await temporaryFolder();
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

/** A desktop of the owner's organisation, shown on this display. */
async function desktopOn(system: System, display: XDisplay, environment: Record<string, string> = {}) {
  return system.startAgent("desk", { ZTNA_DESKTOP: "on", ZTNA_DISPLAY: display.name, ...environment });
}

/** A tab in which this person is signed in. */
async function aTab(system: System, who: Person): Promise<Tab> {
  const opened = await Tab.open(browser, system.url, { as: who, width: 1320, height: 900 });
  tabs.push(opened);
  opened.page.setDefaultTimeout(WAIT_MS);
  return opened;
}

async function open(system: System, { machine }: RunningAgent, query = "", who = system.owner): Promise<Tab> {
  const tab = await aTab(system, who);
  await tab.page.goto(`/remote-desktop/${machine.id}${query}`);
  return tab;
}

afterEach(async () => {
  for (const each of tabs.splice(0)) await each.close();
});

describe("a desktop that its owner works on", () => {
  let system: System;
  let display: XDisplay;
  let agent: RunningAgent;
  beforeAll(async () => {
    display = await XDisplay.start();
    paint(display);
    system = await System.start(await anyDatabase());
    agent = await desktopOn(system, display);
  });
  afterAll(async () => {
    await system?.stop();
    display?.stop();
  });
  afterEach(async () => {
    const { api, orgId } = system.owner;
    await api.act(desktopApi, "terminate", { org_id: orgId, machine_id: agent.machine.id });
  });

  test.each(["webrtc", "stream"])("its picture arrives as it is: %s", async (transport) => {
    const tab = await open(system, agent, `?transport=${transport}`);
    await connected(tab);
    await picture(system, tab);
    expect(tab.wrongs).toEqual([]);
  });

  test.each(["webrtc", "stream"])("what is typed arrives in the program that is clicked: %s", async (transport) => {
    const file = join(folder.path, `typed-${transport}`);
    const terminal = display.run("xterm", "-geometry", "60x10+300+300", "-e", "sh", "-c", `cat > ${file}`);
    await system.until(() => existsSync(file), "the terminal");
    const isShown = async () => (await display.windows()).some(({ x, y }) => x === 300 && y === 300);
    await system.until(isShown, "its window");
    const tab = await open(system, agent, `?transport=${transport}`);
    await connected(tab);
    const box = await tab.page.locator(".desktop-frame").boundingBox();
    if (!box) throw new Error("there is no picture");
    await tab.page.mouse.click(box.x + (400 * box.width) / 1280, box.y + (340 * box.height) / 800);
    const typed = "Grüße, 100 € @ {x} \\ ~ 你好";
    await tab.page.keyboard.type(`${typed}\n`);
    const arrived = () => readFile(file, "utf8");
    await system.until(async () => (await arrived()).endsWith("\n"), "the line");
    expect(await arrived()).toBe(`${typed}\n`);
    await tab.page.keyboard.press("Control+d");
    await system.until(() => terminal.exitCode !== null, "the terminal to end");
    expect(tab.wrongs).toEqual([]);
  });

  test("what is copied there can be pasted here, and what is copied here can be pasted there", async () => {
    const tab = await open(system, agent, "?transport=webrtc");
    await tab.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await connected(tab);
    // The picture comes first; what was copied before the clipboard is heard of is nobody's business.
    await system.until(async () => {
      await display.copy("copied at the machine ü");
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await tab.page.evaluate(() => navigator.clipboard.readText())) === "copied at the machine ü";
    }, "the clipboard of the viewer");
    const long = `copied here 😀 ${"x".repeat(50_000)}`;
    await system.until(async () => {
      // A copy of before may still have been on its way here.
      await tab.page.evaluate((copied) => navigator.clipboard.writeText(copied), long);
      await tab.page.keyboard.press("Control+v");
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await display.paste()) === long;
    }, "the clipboard of the machine");
  });

  test("another resolution is asked for, the picture has it, and the screen is as it was when nobody looks", async () => {
    const tab = await open(system, agent, "?transport=webrtc");
    await connected(tab);
    const choose = async (size: RegExp) => {
      await tab.page.getByRole("button", { name: "Display", exact: true }).click();
      await tab.page.getByRole("menu").getByText(size).first().click();
    };
    const width = () => tab.page.evaluate(() => document.querySelector("video")?.videoWidth ?? 0);
    await choose(/800 × 600/);
    await system.until(async () => (await width()) === 800, "the smaller picture");
    expect(await display.ask("xwininfo", "-root")).toContain("Width: 800");
    await choose(/1280 × 800/);
    await system.until(async () => (await width()) === 1280, "the picture as it was");
    await picture(system, tab);
    await choose(/800 × 600/);
    await system.until(async () => (await width()) === 800, "the smaller picture once more");
    await tab.page.getByRole("button", { name: "Disconnect and close" }).click();
    await system.until(async () => /Width: 1280/.test(await display.ask("xwininfo", "-root")), "the screen as it was");
  });

  test("the picture comes back by itself when the process that shows it dies", async () => {
    const tab = await open(system, agent, "?transport=webrtc");
    await connected(tab);
    await picture(system, tab);
    const host = await system.hostPid(agent);
    const children = await readFile(`/proc/${host}/task/${host}/children`, "utf8");
    const pids = children.split(" ").filter(Boolean).map(Number);
    expect(pids).not.toEqual([]);
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await tab.page.getByText("Reconnecting").first().waitFor();
    await connected(tab);
    await picture(system, tab);
  });

  test("F-26 the picture goes on while the control plane is away, and the session after it", async () => {
    const tab = await open(system, agent, "?transport=webrtc");
    await connected(tab);
    await picture(system, tab);
    const frames = () =>
      tab.page.evaluate(() => document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
    signalTree(system.server.pid, "SIGKILL");
    await system.server.exited;
    // Something that moves, while nobody but the two is there.
    const clock = display.run("xterm", "-geometry", "20x2+500+350", "-e", "sh", "-c", "while date; do sleep 0.2; done");
    const before = await frames();
    await system.until(async () => (await frames()) > before + 10, "frames without a control plane");
    await system.startServer();
    clock.kill();
    await system.until(async () => {
      const [row] = await system.sql("SELECT status FROM remote_desktop_sessions ORDER BY created_at DESC LIMIT 1");
      return row?.status === "active" && isPicture(await quarters(tab));
    }, "the session to go on");
  });
});

describe("a desktop whose person is asked", () => {
  let system: System;
  let screen: XDisplay;
  let display: XDisplay;
  let agent: RunningAgent;
  let member: Person;
  beforeAll(async () => {
    screen = await XDisplay.start();
    display = await XDisplay.start({ inside: screen });
    paint(display);
    system = await System.start(await anyDatabase());
    agent = await desktopOn(system, display);
    member = await system.person("member");
  });
  afterAll(async () => {
    await system?.stop();
    display?.stop();
    screen?.stop();
  });
  afterEach(async () => {
    const { api, orgId } = system.owner;
    await api.act(desktopApi, "terminate", { org_id: orgId, machine_id: agent.machine.id });
    await system.until(async () => (await prompt()) === undefined, "the prompt to go");
  });

  /** The question is up, and what is clicked on it counts. */
  async function answerable(): Promise<{ allow: [number, number]; refuse: [number, number] }> {
    await system.until(async () => (await prompt()) !== undefined, "the question");
    const area = await prompt();
    if (!area) throw new Error("the question has gone");
    const row = area.y + area.height - 40;
    // Who clicks as it appears has not agreed.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return { allow: [area.x + area.width - 80, row], refuse: [area.x + area.width - 210, row] };
  }

  /** Where the question is on the screen, if it is. */
  const prompt = async () => (await display.windows()).find(({ width, height }) => width === 500 && height > 100);

  async function asked(): Promise<{ tab: Tab; allow: [number, number]; refuse: [number, number] }> {
    const tab = await open(system, agent, "?transport=webrtc", member);
    await tab.page.getByText("Waiting for consent").first().waitFor();
    return { tab, ...(await answerable()) };
  }

  test("RD-016 R-35 who is allowed by the person at the machine sees it, and is named on it", async () => {
    const { tab, allow } = await asked();
    expect(await quarters(tab)).toEqual([]);
    await screen.click(...allow);
    await connected(tab);
    await picture(system, tab);
    await system.until(
      async () => (await display.windows()).some(({ y, height }) => y <= 0 && height > 10 && height < 40),
      "the bar",
    );
  });

  test("RD-018 who is refused sees nothing, and is told", async () => {
    const { tab, refuse } = await asked();
    await screen.click(...refuse);
    await tab.page.getByText("Consent was refused").first().waitFor();
    expect(await quarters(tab)).toEqual([]);
    const [row] = await system.sql("SELECT status FROM remote_desktop_sessions ORDER BY created_at DESC LIMIT 1");
    expect(row).toEqual({ status: "rejected" });
  });

  test("R-35 a viewer cannot allow itself anything: what XTEST clicks is no answer", async () => {
    const { tab, allow } = await asked();
    await display.click(...allow);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await prompt()).toBeDefined();
    expect(await tab.page.getByText("Waiting for consent").count()).toBeGreaterThan(0);
  });

  describe("every time", () => {
    let strict: RunningAgent;
    beforeAll(async () => {
      const environment = { ZTNA_DESKTOP: "on", ZTNA_DISPLAY: display.name, ZTNA_DESKTOP_CONSENT: "always" };
      strict = await system.startAgent("strict", environment);
    });
    afterEach(async () => {
      const { api, orgId } = system.owner;
      await api.act(desktopApi, "terminate", { org_id: orgId, machine_id: strict.machine.id });
    });

    test("H2 an administrator reads that the person is asked, and waits for it", async () => {
      const tab = await open(system, strict, "?transport=webrtc");
      await tab.page.getByText("It asks the person who sits at it every time").waitFor();
      const { allow } = await answerable();
      expect(await quarters(tab)).toEqual([]);
      await screen.click(...allow);
      await connected(tab);
      await picture(system, tab);
    });

    test("R-35 what an owner allows is not enough, and both read so", async () => {
      const owner = await aTab(system, system.owner);
      await owner.page.goto("/machines");
      const tab = await open(system, strict, "?transport=webrtc", member);
      await tab.page.getByText("Only the person who sits at strict can allow it").waitFor();
      const request = owner.page.getByRole("alertdialog");
      await request.getByText("without their consent nothing is shown").waitFor();
      await request.getByRole("button", { name: "Allow" }).click();
      await request.waitFor({ state: "detached" });
      await tab.page.getByText("It asks the person who sits at it every time").waitFor();
      const { refuse } = await answerable();
      expect(await quarters(tab)).toEqual([]);
      await screen.click(...refuse);
      await tab.page.getByText("the person at the machine refused").waitFor();
    });
  });
});

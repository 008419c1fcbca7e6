/** Several terminals in one browser tab: tabs, splits, and what is left of them after a reload. */
import type { Browser, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { type RunningAgent, System } from "../harness/system.ts";

let system: System;
let one: RunningAgent;
let two: RunningAgent;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  one = await system.startAgent("web-1");
  two = await system.startAgent("web-2");
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});
beforeEach(async () => {
  tab = await Tab.open(browser, system.url, { as: system.owner });
});
afterEach(async () => {
  await tab.close();
  await system.endSessions();
});

const tabs = () => tab.page.getByRole("navigation", { name: "Terminals" }).getByRole("listitem");
const panes = () => tab.page.getByRole("region", { name: /^web-/ });

/** The first terminal, as text in the page. */
async function open(): Promise<void> {
  await tab.page.goto(`/terminal/${one.machine.id}?renderer=dom`);
  await isReady(panes().first());
}

async function isReady(pane: Locator): Promise<void> {
  await pane.getByText("Connected", { exact: true }).waitFor();
  await shows(pane, /[#$] *$/m);
}

async function shows(pane: Locator, pattern: RegExp): Promise<void> {
  await expect
    .poll(async () => (await pane.locator(".xterm-rows").innerText()).replaceAll("\u00a0", " "))
    .toMatch(pattern);
}

async function run(command: string): Promise<void> {
  await tab.page.keyboard.type(command);
  await tab.page.keyboard.press("Enter");
}

async function openTab(machine: string): Promise<void> {
  await tab.page.getByRole("button", { name: "Session" }).first().click();
  await tab.page.getByRole("menuitem", { name: "New tab…" }).click();
  await tab.page.getByRole("combobox").fill(machine);
  await tab.page.getByRole("option", { name: machine }).waitFor();
  await tab.page.keyboard.press("Enter");
}

test("a split is another shell on the same machine, each hears its own keys, and the neighbour stays when one is left", async () => {
  await open();
  await run("echo left-$((40+2))");
  await shows(panes().first(), /left-42/);
  await tab.page.keyboard.press("Control+Shift+E");
  await isReady(panes().nth(1));
  await run("echo right-$((40+3))");
  await shows(panes().nth(1), /right-43/);
  expect(await panes().first().locator(".xterm-rows").innerText()).not.toContain("right-43");
  await tab.page.keyboard.press("Control+Shift+Y");
  await run("echo again-$((40+4))");
  await shows(panes().first(), /again-44/);
  const session = new URL(tab.page.url()).searchParams.get("session");
  await panes()
    .nth(1)
    .getByRole("button", { name: /^Close terminal/ })
    .click();
  await expect.poll(() => panes().count()).toBe(1);
  await run("echo still-$((40+5))");
  await shows(panes().first(), /still-45/);
  expect(new URL(tab.page.url()).searchParams.get("session")).toBe(session);
  const running = await system.sql("SELECT count(*)::int AS running FROM sessions WHERE status = 'active'");
  expect(running).toEqual([{ running: 2 }]);
  expect(tab.wrongs).toEqual([]);
});

test("a tab is on any machine, the address is that of the one that is shown, and both go on", async () => {
  await open();
  await run("echo first-$((40+2))");
  await shows(panes().first(), /first-42/);
  const address = tab.page.url();
  await openTab("web-2");
  const second = tab.page.getByRole("region", { name: "web-2" });
  await isReady(second);
  await run("echo second-$((40+3))");
  await shows(second, /second-43/);
  await tab.page.waitForURL(new RegExp(`/terminal/${two.machine.id}.*session=`));
  await tab.page.keyboard.press("Control+Shift+PageUp");
  await tab.page.waitForURL(address);
  await run("echo back-$((40+4))");
  await shows(tab.page.getByRole("region", { name: "web-1" }), /first-42[\s\S]*back-44/);
  expect(await tabs().count()).toBe(2);
  expect(tab.wrongs).toEqual([]);
});

test("after a reload they are all there, in the same shells, and nobody is asked whether to take over", async () => {
  await open();
  await run("a=one-$((40+2))");
  await openTab("web-2");
  await isReady(tab.page.getByRole("region", { name: "web-2" }));
  await run("a=two-$((40+3))");
  await tab.page.keyboard.press("Control+Shift+O");
  await isReady(tab.page.getByRole("region", { name: "web-2" }).nth(1));
  await run("a=three-$((40+4)); echo set");
  await shows(tab.page.getByRole("region", { name: "web-2" }).nth(1), /^set/m);
  await tab.page.reload();
  const second = tab.page.getByRole("region", { name: "web-2" });
  await second.nth(1).getByText("Connected", { exact: true }).waitFor();
  await run("echo $a");
  await shows(second.nth(1), /three-44/);
  await second.first().locator(".terminal-host").click();
  await run("echo $a");
  await shows(second.first(), /two-43/);
  await tabs()
    .getByRole("button", { name: /^web-1/ })
    .click();
  await tab.page.getByRole("region", { name: "web-1" }).locator(".terminal-host").click();
  await run("echo $a");
  await shows(tab.page.getByRole("region", { name: "web-1" }), /one-42/);
  expect(tab.wrongs).toEqual([]);
});

test("an address that is opened anew is one terminal; the others are under Sessions", async () => {
  await open();
  await openTab("web-2");
  await isReady(tab.page.getByRole("region", { name: "web-2" }));
  await tab.page.goto(`/terminal/${one.machine.id}?renderer=dom`);
  await isReady(panes().first());
  expect(await tabs().count()).toBe(0);
  await tab.page.goto("/sessions");
  await expect.poll(() => tab.page.getByRole("row", { name: /web-[12]/ }).count()).toBe(3);
});

test.each(LOOKS)("tabs and splits are accessible: %s", async (name, look) => {
  tab = await tab.instead({ as: system.owner, ...look });
  await open();
  await openTab("web-2");
  await isReady(tab.page.getByRole("region", { name: "web-2" }));
  await tab.page.keyboard.press("Control+Shift+E");
  await isReady(tab.page.getByRole("region", { name: "web-2" }).nth(1));
  await tab.looksRight(`terminals ${name}`);
});

/** Getting around: the list of pages, by mouse, key and thumb, and the command palette. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { type RunningAgent, System } from "../harness/system.ts";

let system: System;
let agent: RunningAgent;
let browser: Browser;
let tab: Tab | undefined;

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  agent = await system.startAgent("web-1");
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});
afterEach(async () => {
  await tab?.close();
  tab = undefined;
});

/** Pages have lists to choose from, too. */
const palette = () => (tab as Tab).page.getByRole("dialog", { name: "Command palette" });

async function open(look?: Parameters<typeof Tab.open>[2]): Promise<Tab> {
  await tab?.close();
  tab = await Tab.open(browser, system.url, { as: system.owner, ...look });
  await tab.page.goto("/machines");
  await tab.page.getByRole("heading", { name: "Machines", exact: true }).waitFor();
  return tab;
}

test("every page of the list is there, says its name, is found again by its address, and stands still", async () => {
  const { page, wrongs } = await open();
  const pages = page.getByRole("navigation", { name: "Main" });
  const names = await pages.getByRole("link").allInnerTexts();
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) {
    await pages.getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.title()).toMatch(/ · Sallyport$/);
    const address = page.url();
    await page.reload({ waitUntil: "networkidle" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(page.url()).toBe(address);
    expect(await tab?.layoutShift(), address).toBeLessThan(0.1);
  }
  expect(wrongs).toEqual([]);
});

test("every page stands still on a phone whose answers come apart", async () => {
  const { page, wrongs } = await open({ width: 390, height: 844, touch: true });
  const addresses = await page.locator("nav a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  expect(addresses.length).toBeGreaterThan(8);
  await tab?.slowAnswers();
  for (const address of addresses) {
    await page.goto(address ?? "", { waitUntil: "networkidle" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await tab?.layoutShift(), address ?? "").toBeLessThan(0.1);
  }
  expect(wrongs).toEqual([]);
});

test("on a phone the list of pages opens over the page, and closes when one has gone", async () => {
  const { page, wrongs } = await open({ width: 390, height: 844, touch: true });
  await page.getByRole("button", { name: "Pages", exact: true }).tap();
  const drawer = page.getByRole("dialog", { name: "Pages" });
  await drawer.getByRole("link", { name: "Sessions" }).tap();
  await page.getByRole("heading", { name: "Sessions", exact: true }).waitFor();
  await drawer.waitFor({ state: "hidden" });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(wrongs).toEqual([]);
});

describe("the command palette", () => {
  test("goes to a page by its name, and gives the focus back when it is left", async () => {
    const { page } = await open();
    await page.keyboard.press("Control+k");
    await palette().getByRole("combobox").fill("sess");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sessions", exact: true }).waitFor();
    await page.getByRole("button", { name: "Account" }).focus();
    await page.keyboard.press("Control+k");
    await palette().getByRole("option").first().waitFor();
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Account");
  });

  test("opens a terminal on a machine by its name", async () => {
    const { page, wrongs } = await open();
    await page.keyboard.press("Control+k");
    await palette().getByRole("combobox").fill("web-1 term");
    await palette().getByRole("option", { name: /web-1/ }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/terminal/${agent.machine.id}`));
    await page.getByText("Connected", { exact: true }).waitFor();
    expect(wrongs).toEqual([]);
  });

  test("arrows choose, and what is not there is said", async () => {
    const { page } = await open();
    await page.getByRole("button", { name: "Go to… pages, machines and actions" }).click();
    const options = palette().getByRole("option");
    await options.first().waitFor();
    await page.keyboard.press("ArrowDown");
    expect(await options.nth(1).getAttribute("aria-selected")).toBe("true");
    await palette().getByRole("combobox").fill("no such thing anywhere");
    await page.getByText("Nothing is called so").waitFor();
    expect(await options.count()).toBe(0);
  });

  test.each(LOOKS)("is accessible: %s", async (name, look) => {
    const { page } = await open(look);
    await page.getByRole("button", { name: "Go to… pages, machines and actions" }).click();
    await palette().getByRole("combobox").fill("web");
    await palette().getByRole("option").first().waitFor();
    await tab?.looksRight(`palette ${name}`);
  });
});

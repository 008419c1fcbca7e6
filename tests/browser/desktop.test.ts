/** A machine's desktop in a real browser: seen, worked on, lost and found again; consent; and everything that can go wrong. */
import AxeBuilder from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser, Tab } from "../harness/browser.ts";
import { DesktopMachine } from "../harness/desktop-machine.ts";
import { OWNER, type Person, System } from "../harness/system.ts";
import { COLOURS, PICTURE } from "../harness/test-picture.ts";

let system: System;
let browser: Browser;
let machine: DesktopMachine;
let tab: Tab;

beforeAll(async () => {
  system = await System.start({ HEARTBEAT_TIMEOUT_SECONDS: "600" });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const shots = process.env.SHOTS;
const shoot = async (name: string, of = tab) => {
  if (shots) await of.page.screenshot({ path: `${shots}/${name}.png` });
};

async function open(query = "", of = tab): Promise<void> {
  await of.page.goto(`/remote-desktop/${machine.id}${query}`);
}

describe("look", () => {
  test("first", async () => {
    machine = await DesktopMachine.start(system, "Win-B");
    tab = await Tab.open(browser, system.url);
    tab.page.on("console", (m) => console.log("console:", m.text()));
    await tab.signIn(OWNER.email, OWNER.password);
    await shoot("machines");
    await open();
    try {
      await tab.page.getByText("Connected", { exact: true }).waitFor({ timeout: 15000 });
    } catch (error) {
      await shoot("failed");
      console.log(system.server.stdout.split("\n").filter((l) => /err|500/.test(l)).slice(0, 6).join("\n"));
      throw error;
    }
    await tab.page.waitForTimeout(1500);
    await shoot("connected");
    console.log(tab.wrongs, machine.inputs.slice(0, 10));
    await tab.close();
    machine.stop();
  });
});

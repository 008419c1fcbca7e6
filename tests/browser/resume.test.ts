/** Sessions that outlive reloads, windows and servers, as a person at a browser sees them. */
import { shellApi } from "@sallyport/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { type RunningAgent, System } from "../harness/system.ts";

let system: System;
let agent: RunningAgent;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  agent = await system.startAgent("Linux-C");
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
  const { api, orgId } = system.owner;
  const { sessions } = await api.act(shellApi, "list_sessions", { org_id: orgId });
  for (const { id } of sessions) await api.act(shellApi, "end_session", { org_id: orgId, session_id: id });
});

const connected = (page: Page) => page.getByText(/^Connected( again)?$/).waitFor();

/** Opens a new session whose text can be read in the page; resolves to its address. */
async function openTerminal(): Promise<string> {
  await tab.page.goto(`/terminal/${agent.machine.id}?renderer=dom`);
  await connected(tab.page);
  await tab.shows(/[#$] *$/m);
  await tab.page.waitForURL(/session=/);
  return tab.page.url();
}

async function run(command: string): Promise<void> {
  await tab.page.keyboard.type(command);
  await tab.page.keyboard.press("Enter");
}

/** Everything that the terminal keeps, scrollback too, as the page saves it for a reload. */
async function everything(page: Page): Promise<string> {
  const text = await page.evaluate(() => {
    window.dispatchEvent(new Event("pagehide"));
    const key = Object.keys(sessionStorage).find((each) => each.startsWith("sallyport_session:")) ?? "";
    return JSON.parse(sessionStorage.getItem(key) ?? "{}").drawn?.screen.text as string | undefined;
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is about
  return (text ?? "").replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, "");
}

const numbersIn = (text: string): number[] =>
  [...text.matchAll(/^line-(\d+)\s*$/gm)].map(([, number]) => Number(number));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** The first tab's context is signed in, so another window of the same person is another page of it. */
async function otherWindow(address: string): Promise<Tab> {
  const other = await tab.beside();
  await other.page.goto(address);
  return other;
}

describe("a reload", () => {
  test("keeps screen and scrollback, and typing goes on in the same shell", async () => {
    await openTerminal();
    await run("stays=here; for i in $(seq 1 120); do echo line-$i; done");
    await tab.shows(/line-120/);
    await tab.page.reload();
    await connected(tab.page);
    await tab.shows(/line-120/);
    expect(numbersIn(await everything(tab.page))).toEqual(upTo(120));
    await run("echo it-is-$stays");
    await tab.shows(/it-is-here/);
    expect(numbersIn(await everything(tab.page))).toEqual(upTo(120));
    expect(tab.wrongs).toEqual([]);
  });

  test("in the middle of output loses and doubles nothing", async () => {
    await openTerminal();
    await run("for i in $(seq 1 400); do echo line-$i; sleep 0.01; done; echo all-$((1+1))");
    // Or a later one: not every line is ever on the screen of a page that has other things to do.
    await tab.shows(/line-([5-9]\d|[1-3]\d\d)\b/);
    await tab.page.reload();
    await connected(tab.page);
    await tab.shows(/all-2/);
    expect(numbersIn(await everything(tab.page))).toEqual(upTo(400));
  });

  test("back and forward come to the same session", async () => {
    await openTerminal();
    await run("stays=here");
    await tab.page.getByRole("button", { name: /Close terminal/ }).click();
    await tab.page.getByRole("heading", { name: "Machines", exact: true }).waitFor();
    await tab.page.goBack();
    await connected(tab.page);
    await run("echo it-is-$stays");
    await tab.shows(/it-is-here/);
  });
});

describe("two windows", () => {
  test("the second asks before it takes over, the first says so and takes it back", async () => {
    const address = await openTerminal();
    await run("trap 'echo resized-$((9*9))' WINCH; echo first-$((1+1))");
    await tab.shows(/first-2/);
    const other = await otherWindow(address);
    await other.page.getByLabel("Open in another window").getByRole("button", { name: "Take over" }).click();
    await connected(other.page);
    await other.shows(/first-2/);
    await tab.page.getByText("Taken over in another window", { exact: true }).waitFor();
    await other.page.keyboard.type("echo second-$((2+2))\n");
    await other.shows(/second-4/);
    expect(await tab.screen()).not.toMatch(/second-4/);
    await tab.page.getByRole("button", { name: "Take it back" }).click();
    await connected(tab.page);
    await tab.shows(/second-4/);
    await other.page.getByText("Taken over in another window", { exact: true }).waitFor();
    // The bars that said so made neither terminal smaller in the eyes of the program.
    await tab.page.keyboard.type("echo third-$((3+3))\n");
    await tab.shows(/third-6/);
    expect(await tab.screen()).not.toMatch(/resized-81/);
    expect(tab.wrongs.filter((wrong) => !/WebSocket/.test(wrong))).toEqual([]);
  });

  test("a tab that was duplicated, with all that it had saved, is another window and asks", async () => {
    const address = await openTerminal();
    const saved = () => tab.page.evaluate(() => ({ ...sessionStorage }) as Record<string, string>);
    await expect.poll(async () => JSON.stringify(await saved())).toMatch(/have/);
    const other = await tab.beside();
    await other.page.addInitScript(
      (items) => {
        for (const [key, value] of Object.entries(items)) sessionStorage.setItem(key, value);
      },
      await saved(),
    );
    await other.page.goto(address);
    await other.page.getByRole("button", { name: "Take over" }).waitFor();
    await tab.page.getByText(/^Connected/).waitFor();
  });

  test("a new window sees the screen as it is, of a full-screen program too, and earlier output when it asks", async () => {
    const address = await openTerminal();
    await run("for i in $(seq 1 120); do echo line-$i; done");
    await tab.shows(/line-120/);
    await run("printf '\\033[?1049h\\033[2J\\033[3;5Hfull-%s-screen' $((40+2)); read answer; printf '\\033[?1049l'");
    await tab.shows(/full-42-screen/);
    await tab.page.getByRole("button", { name: /Close terminal/ }).click();
    const other = await otherWindow(address);
    await connected(other.page);
    await other.shows(/^ {4}full-42-screen/m);
    expect(await other.screen()).not.toMatch(/line-/);
    await other.page.keyboard.press("Enter");
    await other.shows(/line-120/);
    await other.page.getByRole("button", { name: "Show earlier output" }).click();
    await other.page.getByRole("button", { name: "Show earlier output" }).waitFor({ state: "detached" });
    await connected(other.page);
    await expect.poll(async () => numbersIn(await everything(other.page))).toEqual(upTo(120));
  });
});

describe("the server is killed", () => {
  test("output goes on where it was, what is typed meanwhile runs once, and the state is in words", async () => {
    await openTerminal();
    await run("for i in $(seq 1 300); do echo line-$i; sleep 0.02; done");
    await tab.shows(/line-([2-9]\d|[12]\d\d)\b/);
    await system.server.stop("SIGKILL");
    await tab.page.getByText(/^(Reconnecting|Waiting for the machine…)$/).waitFor();
    await run("echo typed-$((3+4)) | tee -a typed.txt");
    await tab.page.getByText(/characters wait/).waitFor();
    await system.startServer();
    await tab.page.getByText("Connected again", { exact: true }).waitFor();
    await tab.shows(/line-300[\s\S]*typed-7/);
    await tab.page.getByText(/characters wait/).waitFor({ state: "detached" });
    await run("echo count-$(wc -l < typed.txt)");
    await tab.shows(/count-1\b/);
    expect(numbersIn(await everything(tab.page))).toEqual(upTo(300));
  });

  test("what is typed at a prompt is shown while it waits, and a password is not", async () => {
    await openTerminal();
    await tab.page.keyboard.type("ls");
    await tab.shows(/[#$] ls/);
    await system.server.stop("SIGKILL");
    await tab.page.getByText("Reconnecting", { exact: true }).waitFor();
    await tab.page.keyboard.type(" -l\nsecret");
    await tab.page.locator("[data-cursor-text]").getByText("↵").waitFor();
    expect(await tab.page.locator("[data-cursor-text]").textContent()).toBe(" -l↵…");
    // Of the first two, nobody may have said that they arrived, although they were echoed.
    await tab.page.getByText(/1[012] characters wait/).waitFor();
    await system.startServer();
    await connected(tab.page);
    await tab.page.locator("[data-cursor-text]").waitFor({ state: "detached" });
  });
});

describe("the list of sessions", () => {
  const page = () => tab.page;
  const rows = () => page().getByRole("table", { name: "Sessions" }).locator("[data-row]");

  test("shows who is on what, opens one's own, and ends one", async () => {
    await openTerminal();
    await run("stays=here");
    await page().getByRole("button", { name: "Session", exact: true }).click();
    await page()
      .getByRole("menuitem", { name: /Detach/ })
      .click();
    await page()
      .getByRole("link", { name: /1 session/ })
      .click();
    const row = rows().first();
    await row.getByText("Detached").waitFor();
    expect(await row.innerText()).toMatch(/Linux-C[\s\S]*You[\s\S]*127\.0\.0\.1/);
    await row.getByRole("link", { name: /Open/ }).click();
    await connected(page());
    await run("echo it-is-$stays");
    // Drawn with the graphics card, so it is read from what the page saves.
    await expect.poll(() => everything(page())).toMatch(/it-is-here/);
    await page().goto("/sessions");
    await rows().first().getByRole("button", { name: /^End/ }).click();
    await page().getByRole("dialog").getByRole("button", { name: "End session" }).click();
    await page().getByText("No sessions are running").waitFor();
    await page().getByRole("button", { name: "Ended lately" }).click();
    await rows().first().getByText("Ended", { exact: true }).waitFor();
    expect(tab.wrongs).toEqual([]);
  });

  test("is live: a session that begins and ends elsewhere appears and goes", async () => {
    await page().goto("/sessions");
    await page().getByText("No sessions are running").waitFor();
    const other = await otherWindow(`/terminal/${agent.machine.id}?renderer=dom`);
    await connected(other.page);
    await rows().first().getByText("Attached").waitFor();
    await other.page.keyboard.type("exit\n");
    await page().getByText("No sessions are running").waitFor();
  });

  test("a terminal whose session is ended from the list says so", async () => {
    await openTerminal();
    await page().getByRole("button", { name: "Session", exact: true }).click();
    await page()
      .getByRole("menuitem", { name: /End session/ })
      .click();
    await page().getByRole("dialog").getByRole("button", { name: "End session" }).click();
    await page().getByLabel("End of session").getByText("The session was ended").waitFor();
    await page().getByRole("button", { name: "New session" }).click();
    await connected(page());
  });

  test("somebody who may not look is told so", async () => {
    tab = await tab.instead({ as: await system.person("member") });
    await page().goto("/sessions");
    await page().getByText("Only owners and admins see sessions").waitFor();
  });
});

/** From nothing to a shell on a new machine: what is shown is pasted into a real shell, and the machine appears. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { LOOKS, launchBrowser, REFUSED, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { Program, runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, type Person, System } from "../harness/system.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

let system: System;
let browser: Browser;
let tab: Tab;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let environment: Record<string, string>;

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});
beforeEach(async () => {
  tab = await Tab.open(browser, system.url);
  await tab.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: system.url });
  folder = await temporaryFolder();
  environment = { HOME: folder.path, ZTNA_STATE_DIR: join(folder.path, "state"), ZTNA_DESKTOP: "off" };
});
afterEach(async () => {
  await tab.close();
  await runProgram("ztna", ["down"], environment);
  await folder.remove();
});

/** What a person does with what is on the clipboard: pastes it into a shell, there. */
async function paste(text: string, cwd: string): Promise<void> {
  const env = { PATH: process.env.PATH, ...environment };
  await promisify(execFile)("sh", ["-c", text], { cwd, env });
}

const clipboard = () => tab.page.evaluate(() => navigator.clipboard.readText());

/** Another tab in its place, of this person. */
async function openAs(who: Person, look = {}): Promise<void> {
  tab = await tab.instead({ as: who, ...look });
  await tab.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: system.url });
}

test("from the sign-in page to a shell on a new machine takes four clicks and one paste", async () => {
  // Counted by the browser, so that nothing that a test does can hide one. Not at the window: there Playwright takes back
  // clicks whose target moved under them, and makes them anew.
  await tab.page.addInitScript(() => {
    const count = () => Number(sessionStorage.getItem("clicks") ?? 0);
    document.addEventListener(
      "click",
      (event) => event.detail > 0 && sessionStorage.setItem("clicks", `${count() + 1}`),
      true,
    );
  });
  const { page } = tab;
  await page.goto("/");
  await page.getByLabel("E-mail address").fill(OWNER.email);
  await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("No machines yet").waitFor();
  await page.getByRole("button", { name: "Add a machine" }).click();
  await page.getByRole("button", { name: "Create and copy the command" }).click();
  await page.getByText("Copied.").waitFor();

  await paste(await clipboard(), REPOSITORY);
  await page
    .getByRole("dialog")
    .getByRole("link", { name: /Open terminal/ })
    .click();
  await page.getByText("Connected", { exact: true }).waitFor();
  expect(await page.evaluate(() => Number(sessionStorage.getItem("clicks")))).toBe(4);

  // A shell, indeed: it does as it is told.
  await page.keyboard.type("exit $((6*7))");
  await page.keyboard.press("Enter");
  await page.getByText("The shell ended with status 42").waitFor();
  expect(tab.wrongs).toEqual([]);
});

test("there is nothing to press that goes when it is known that there are no machines", async () => {
  await openAs(await system.tenant());
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await tab.page.route("**/api/db/machines?*", async (route) => {
    await held;
    await route.continue();
  });
  await tab.page.goto("/machines");
  await tab.page.getByRole("searchbox", { name: "Search machines" }).waitFor();
  const button = tab.page.getByRole("button", { name: "Add a machine" });
  expect(await button.count()).toBe(0);
  answer();
  await tab.page.getByText("No machines yet").waitFor();
  expect(await button.count()).toBe(1);
  expect(tab.wrongs).toEqual([]);
});

test("a reusable key: the machines that came with it, and no others, are on the page as they come", async () => {
  await openAs(system.owner);
  await tab.page.goto("/machines");
  await tab.page.getByRole("button", { name: "Add a machine" }).first().click();
  await tab.page.getByRole("link", { name: /More ways/ }).click();
  await tab.page.waitForURL(/\/machines\/add$/);
  await tab.page.getByRole("button", { name: "Reusable" }).click();
  await tab.page.getByLabel("Tags").fill("fl eet!");
  await tab.page.getByRole("button", { name: "Create and copy the command" }).click();
  await tab.page.getByText(/^allowed_tags\.1: must be letters/).waitFor();
  await tab.page.getByLabel("Tags").fill("fleet");
  await tab.page.getByLabel("Ephemeral").check();
  await tab.page.getByRole("button", { name: "Create and copy the command" }).click();
  await tab.page.getByText("Waiting for the machine").waitFor();
  await tab.page.getByText("Copied.").waitFor();
  const [, auth_key = ""] = /ZTNA_AUTH_KEY=(\S+)/.exec(await clipboard()) ?? [];

  await system.register("a stranger");
  for (const name of ["fleet-1", "fleet-2"]) {
    const env = { ...environment, ZTNA_STATE_DIR: join(folder.path, name), ZTNA_CONTROL_URL: system.url };
    const { status } = await runProgram("ztna", ["up", "--hostname", name], { ...env, ZTNA_AUTH_KEY: auth_key });
    expect(status).toBe(0);
    await tab.page.getByText(`${name} is here`).waitFor();
    await tab.page.getByText("Waiting for more machines").waitFor();
    await runProgram("ztna", ["down"], env);
    // Gone again, and with it the way in.
    await tab.page.getByText(`${name} is here`).waitFor({ state: "detached" });
  }
  expect(await tab.page.getByText("a stranger").count()).toBe(0);
  const fleet = (await system.machines()).filter(({ name }) => name.startsWith("fleet-"));
  expect(fleet.map(({ tags, ephemeral }) => ({ tags, ephemeral }))).toEqual([
    { tags: ["fleet"], ephemeral: true },
    { tags: ["fleet"], ephemeral: true },
  ]);
  expect(tab.wrongs).toEqual([REFUSED]);
});

test("a hub: its file is written by what is pasted, its agent starts from it, and it appears", async () => {
  await openAs(system.owner);
  await tab.page.goto("/machines/add?way=node");
  await tab.page.getByLabel("Kind").selectOption("hub");
  await tab.page.getByRole("button", { name: "Create the hub" }).click();
  await tab.page.getByText("name required", { exact: true }).waitFor();
  await tab.page.getByLabel("Name", { exact: true }).fill("hub: one");
  await tab.page.getByLabel("Agent ID").fill("hub one");
  await tab.page.getByRole("button", { name: "Create the hub" }).click();
  await tab.page.getByText(/^agent_id: must be letters/).waitFor();
  await tab.page.getByLabel("Agent ID").fill("hub-1");
  await tab.page.getByRole("button", { name: "Create the hub" }).click();
  await tab.page.getByText("The token of hub: one is shown only now").waitFor();
  await tab.page.getByRole("button", { name: "In a terminal, to try it" }).click();
  const pasted = await tab.page.getByLabel("Paste this on it").inputValue();
  const [, file = "", start = ""] = /^(.*\nEND)\n(.*)$/s.exec(pasted) ?? [];
  expect(start).toBe("npx ztna agent --config hub.yaml");
  await paste(file, folder.path);
  expect(await readFile(join(folder.path, "hub.yaml"), "utf8")).toContain('name: "hub: one"\n');

  const config = join(folder.path, "hub.yaml");
  const agent = new Program("ztna", ["agent", "--config", config], environment);
  await tab.page.getByText("hub: one is here").waitFor();
  await tab.page.getByRole("link", { name: "Open terminal on hub: one" }).waitFor();
  await runProgram("ztna", ["down", "--config", config], environment);
  await agent.stop();
  expect(tab.wrongs).toEqual([REFUSED, REFUSED]);
});

test("AK-091 a member is told who adds machines", async () => {
  await openAs(await system.person("member"));
  await tab.page.goto("/machines/add");
  await tab.page.getByText("Only owners and admins add machines").waitFor();
  expect(await tab.page.getByRole("button", { name: /Create/ }).count()).toBe(0);
  expect(tab.wrongs).toEqual([]);
});

test.each(LOOKS)("every way has no accessibility violations and fits: %s", async (name, look) => {
  await openAs(system.owner, look);
  const check = (state: string) => tab.looksRight(`${name} ${state}`);
  await tab.page.goto("/machines");
  await tab.page.getByRole("button", { name: "Add a machine" }).first().click();
  await check("add dialog");
  await tab.page.getByRole("button", { name: "Create and copy the command" }).click();
  await tab.page.getByLabel("Enrolment command").waitFor();
  await check("add dialog command");
  await tab.page.goto("/machines/add");
  await tab.page.getByRole("button", { name: "Reusable" }).click();
  await check("add command form");
  await tab.page.getByRole("button", { name: "Create and copy the command" }).click();
  const command = await tab.page.getByLabel("Enrolment command").inputValue();
  await check("add command waiting");
  const [, auth_key = ""] = /ZTNA_AUTH_KEY=(\S+)/.exec(command) ?? [];
  const env = { ...environment, ZTNA_CONTROL_URL: system.url, ZTNA_AUTH_KEY: auth_key };
  await runProgram("ztna", ["up", "--hostname", "seen"], env);
  await tab.page.getByText("seen is here").waitFor();
  await check("add command here");
  await tab.page.goto("/machines/add?way=service");
  await tab.page.getByRole("button", { name: "Create and copy the command" }).click();
  await tab.page.getByLabel("Enrolment command").waitFor();
  await check("add service");
  await tab.page.goto("/machines/add?way=node");
  await tab.page.getByLabel("Kind").selectOption("spoke");
  await check("add node form");
  await tab.page.getByLabel("Name", { exact: true }).fill(`spoke for ${name}`);
  await tab.page.getByRole("button", { name: "Create the spoke" }).click();
  await tab.page.getByLabel("Paste this on it").waitFor();
  await check("add node");
  expect(tab.wrongs).toEqual([]);
});

/** Commands on many machines from the dashboard: real agents run them, a real browser shows what they write. */

import { readFile } from "node:fs/promises";
import { organisationApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, System } from "../harness/system.ts";

let system: System;
let browser: Browser;
let tab: Tab;
/** The command line of the owner: another person to the page. */
let environment: Record<string, string>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  system = await System.start({ ...(await anyDatabase()), SESSION_GRACE_SECONDS: "8" });
  await system.startAgent("web-1");
  await system.startAgent("web-2");
  const gone = await system.startAgent("web-3");
  await gone.stop();
  folder = await temporaryFolder();
  environment = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: `${folder.path}/config.yaml` };
  await runProgram("gatekey-admin", ["login", "--email", OWNER.email], environment, `${OWNER.password}\n`);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
  await system?.stop();
});
beforeEach(async () => {
  tab = await Tab.open(browser, system.url, { as: system.owner });
});
afterEach(() => tab.close());

async function openCommands(query = ""): Promise<void> {
  await tab.page.goto(`/commands${query}`);
  await tab.page.getByRole("heading", { name: "Commands", exact: true }).waitFor();
}

const choose = (...names: string[]) =>
  Promise.all(names.map((name) => tab.page.getByRole("checkbox", { name: new RegExp(`^${name}`) }).check()));

async function runOnBoth(command: string): Promise<void> {
  await tab.page.getByLabel("Command", { exact: true }).fill(command);
  await tab.page.getByRole("button", { name: "Choose all 2 online" }).click();
  await tab.page.getByRole("button", { name: "Run on 2 machines" }).click();
  await tab.page.getByRole("dialog").getByRole("button", { name: "Run on 2 machines" }).click();
}
const row = (name: string) => tab.page.getByRole("row", { name: new RegExp(name) });
/** A file whose name is the test's own, in a place that every command reaches. */
const marker = (name: string) => `${folder.path}/${name}`;

describe("running", () => {
  test("a command runs on one machine without being asked about, and what it writes is told apart", async () => {
    await openCommands();
    await tab.page
      .getByLabel("Command", { exact: true })
      .fill("printf 'all \\033[32mgood\\033[0m\\n'\necho but >&2\nexit 3");
    await choose("web-1");
    await tab.page.getByRole("button", { name: "Run on web-1" }).click();
    await row("web-1").getByText("Exit 3").waitFor();
    await row("web-1").getByText("all good").waitFor();
    await row("web-1").getByRole("button", { name: "web-1", exact: true }).click();
    expect(await tab.page.getByRole("region", { name: "stdout" }).locator("pre").innerText()).toBe("all good");
    expect(await tab.page.getByRole("region", { name: "stderr" }).locator("pre").innerText()).toBe("but");
    expect(tab.wrongs).toEqual([]);
  });

  test("more than one machine is asked about; results are grouped, filtered, and given as a file", async () => {
    await openCommands();
    await tab.page.getByText("The machine is offline").waitFor();
    expect(await tab.page.getByRole("checkbox", { name: /^web-3/ }).isDisabled()).toBe(true);
    const counter = marker("counted");
    // Whoever comes second fails.
    await runOnBoth(`mkdir ${counter} 2>&1 && echo first`);
    await tab.page.getByText("1 failed · 1 succeeded").waitFor();
    await tab.page.getByRole("button", { name: "Failed (1)" }).click();
    expect(await tab.page.getByRole("row", { name: /web-/ }).count()).toBe(1);
    expect(new URL(tab.page.url()).searchParams.get("only")).toBe("failed");
    await tab.page.getByRole("button", { name: "All", exact: true }).click();
    await tab.page.getByRole("button", { name: "By output" }).click();
    expect(await tab.page.getByRole("row", { name: /web-/ }).count()).toBe(2);

    const [download] = await Promise.all([
      tab.page.waitForEvent("download"),
      tab.page.getByRole("button", { name: "JSON" }).click(),
    ]);
    const { machines } = JSON.parse(await readFile((await download.path()) ?? "", "utf8"));
    expect(machines.map(({ exit_code }: { exit_code: number }) => exit_code).toSorted()).toEqual([0, 1]);

    await tab.page.getByRole("button", { name: "Run again on 1 failed" }).click();
    await tab.page.getByRole("button", { name: /^Run on web-[12]$/ }).waitFor();
    expect(await tab.page.getByLabel("Command", { exact: true }).inputValue()).toContain(counter);
    expect(tab.wrongs).toEqual([]);
  });

  test("machines that did the same are one group", async () => {
    await openCommands();
    await runOnBoth("echo same");
    await tab.page.getByText("2 succeeded").waitFor();
    await tab.page.getByRole("button", { name: "By output" }).click();
    const group = tab.page.getByRole("row", { name: /2 machines/ });
    await group.getByText("Exit 0").waitFor();
    expect(await group.innerText()).toMatch(/web-1, web-2|web-2, web-1/);
  });

  test("stopping one ends it on its machine, and the other goes on until all are stopped", async () => {
    await openCommands();
    await runOnBoth(`echo $$ >> ${marker("pids")}; echo begun; exec sleep 600`);
    await row("web-1").getByText("begun").waitFor();
    await row("web-2").getByText("begun").waitFor();
    const pids = (await readFile(marker("pids"), "utf8")).trim().split("\n").map(Number);
    expect(pids).toHaveLength(2);
    await tab.page.getByRole("button", { name: "Stop on web-1" }).click();
    await row("web-1").getByText("Cancelled").waitFor();
    await row("web-2").getByText("Running").waitFor();
    const alive = () => pids.filter(isAlive).length;
    await system.until(() => alive() === 1, "one command to end");
    // It goes on while one looks at another page.
    await tab.page.getByRole("link", { name: "Machines", exact: true }).first().click();
    await tab.page.getByRole("heading", { name: "Machines", exact: true }).waitFor();
    await tab.page.goBack();
    await row("web-2").getByText("Running").waitFor();
    await tab.page.getByRole("button", { name: "Stop", exact: true }).click();
    await tab.page.getByText("2 cancelled").waitFor();
    await system.until(() => alive() === 0, "the other command to end");
    expect(tab.wrongs).toEqual([]);
  });
});

describe("what was run", () => {
  test("a run of another person is there without a reload, with its end and its recorded output", async () => {
    await system.owner.api.act(organisationApi, "set_settings", {
      org_id: system.owner.orgId,
      record_command_output: true,
    });
    await openCommands();
    const command = "echo from elsewhere";
    await tab.page.getByRole("heading", { name: "History", exact: true }).waitFor();
    expect(await tab.page.getByRole("link", { name: command }).count()).toBe(0);
    await runProgram("gatekey-admin", ["session", "exec", "-n", "web-2", command], environment);
    await row(command).getByText("Succeeded").waitFor();
    await tab.page.getByRole("link", { name: command }).click();
    await row("web-2").getByText("Exit 0").waitFor();
    await row("web-2").getByRole("button", { name: "web-2", exact: true }).click();
    await tab.page.getByRole("region", { name: "stdout" }).getByText("from elsewhere").waitFor();
    await tab.page.reload();
    await row("web-2").getByText("Exit 0").waitFor();
    expect(tab.wrongs).toEqual([]);
  });

  test("an unknown run is said to be none", async () => {
    await openCommands();
    await tab.page.goto("/commands?run=00000000-0000-4000-8000-000000000000");
    await tab.page.getByText("There is no such run").waitFor();
  });

  test("a member is refused, and is not shown what was run", async () => {
    tab = await tab.instead({ as: await system.person("member") });
    await tab.page.goto("/commands");
    await tab.page.getByText("Only owners and admins run commands").waitFor();
    expect(await tab.page.getByRole("heading", { name: "History", exact: true }).count()).toBe(0);
    expect(tab.wrongs).toEqual([]);
  });
});

test("by keyboard: search, choose, run with Ctrl+Enter, walk the results", async () => {
  await openCommands();
  await tab.page.getByRole("checkbox", { name: /^web-1/ }).waitFor();
  await tab.page.keyboard.press("/");
  await tab.page.keyboard.type("web-2");
  await expectChecked("web-1", undefined);
  await tab.page.getByLabel("Command", { exact: true }).focus();
  await tab.page.keyboard.type("echo by keyboard");
  // From any field of the form.
  await tab.page.getByRole("checkbox", { name: /^web-2/ }).focus();
  await tab.page.keyboard.press("Space");
  await tab.page.keyboard.press("Control+Enter");
  await row("web-2").getByText("Exit 0").waitFor();
  await tab.page.keyboard.press("j");
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("region", { name: "stdout" }).getByText("by keyboard").waitFor();
});

async function expectChecked(name: string, isChecked: boolean | undefined): Promise<void> {
  const box = tab.page.getByRole("checkbox", { name: new RegExp(`^${name}`) });
  if (isChecked === undefined) return box.waitFor({ state: "detached" });
  expect(await box.isChecked()).toBe(isChecked);
}

test.each(LOOKS)("the pages have no accessibility violations and fit: %s", async (name, look) => {
  tab = await tab.instead({ as: system.owner, ...look });
  onTestFinished(() => expect(tab.wrongs).toEqual([]));
  const check = (state: string) => tab.looksRight(`commands ${name} ${state}`);
  await openCommands();
  await tab.page.getByLabel("Command", { exact: true }).fill("uname -r\necho careful >&2");
  await tab.page.getByRole("button", { name: "Choose all 2 online" }).click();
  await tab.page.getByRole("heading", { name: "History", exact: true }).waitFor();
  await check("form");
  await tab.page.getByRole("button", { name: "Run on 2 machines" }).click();
  await tab.page.getByRole("dialog").waitFor();
  await check("question");
  await tab.page.getByRole("dialog").getByRole("button", { name: "Run on 2 machines" }).click();
  await tab.page.getByText("2 succeeded").waitFor();
  await row("web-1").getByRole("button", { name: "web-1", exact: true }).click();
  await check("results");
  await tab.page.getByRole("button", { name: "By output" }).click();
  await check("groups");
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

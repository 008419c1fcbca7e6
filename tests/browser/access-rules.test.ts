/** Access rules in a real browser: written, put in order, and what they decide. */
import { databaseApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { type Person, System } from "../harness/system.ts";

let system: System;
let browser: Browser;
let member: Person;
let tab: Tab;
const tabs: Tab[] = [];

beforeAll(async () => {
  // Its machines have no agents, which would beat.
  system = await System.start({ ...(await anyDatabase()), HEARTBEAT_TIMEOUT_SECONDS: "3600" });
  for (const name of ["Win-A", "Win-B", "Linux-C"]) await system.register(name);
  member = await system.person("member");
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});
beforeEach(async () => {
  tab = await aTab(system.owner);
});
afterEach(async () => {
  for (const each of tabs.splice(0)) await each.close();
  for (const { id } of await rules()) await remove(String(id));
});

async function aTab(who: Person, look = {}): Promise<Tab> {
  const opened = await Tab.open(browser, system.url, { as: who, ...look });
  tabs.push(opened);
  return opened;
}

const params = { table: "acl_rules" };
const org = () => system.owner.orgId;
const rules = () =>
  system.owner.api.call(databaseApi.list, { params, query: { org_id: org(), order: "priority,created_at,id" } });
const remove = (id: string) => system.owner.api.call(databaseApi.delete, { params, body: { id } });
const write = async (rule: Record<string, unknown>): Promise<string> => {
  const body = { org_id: org(), action: "deny", source: "Win-A", destination: "Win-B", ...rule };
  return String((await system.owner.api.call(databaseApi.insert, { params, body })).id);
};
const names = async () => (await rules()).map(({ name }) => name);
const row = (name: string | RegExp, of = tab) => of.page.getByRole("row", { name });
const says = (text: string | RegExp, of = tab) => of.page.getByText(text).first().waitFor();
const question = () =>
  `/access-rules?${new URLSearchParams({ person: member.user.email, machine: "Win-B", from: "Win-A" })}`;

describe("writing", () => {
  test("a rule is added: the server's words stand at the field, and then it counts", async () => {
    await tab.page.goto("/access-rules");
    await says("No rules yet");
    await tab.page.getByRole("button", { name: "Add a rule" }).click();
    const dialog = tab.page.getByRole("dialog");
    await dialog.getByLabel("Source").fill("group:laptops");
    await dialog.getByLabel("Destination").fill("win-b");
    await dialog.getByText("One machine now").waitFor();
    await dialog.getByRole("button", { name: "Add rule" }).click();
    await dialog.getByText("source: must be *, a machine's name, an address, a subnet or tag:NAME").waitFor();
    expect(await dialog.getByLabel("Source").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByLabel("Source").fill("tag:laptop");
    await dialog.getByText("Machines tagged laptop may not open peer desktops on win-b").waitFor();
    await dialog.getByLabel("Name (optional)").fill("No laptops");
    await dialog.getByRole("button", { name: "Add rule" }).click();
    await row(/Deny No laptops/).waitFor();
    expect(await rules()).toMatchObject([
      { name: "No laptops", action: "deny", source: "tag:laptop", destination: "win-b", priority: 10, enabled: true },
    ]);
    // The one request that was refused.
    expect(tab.wrongs).toEqual([expect.stringContaining("status of 400")]);
  });

  test("a rule is edited by the keyboard, and switched off", async () => {
    await write({ name: "old" });
    await tab.page.goto("/access-rules");
    await row(/old/).waitFor();
    await tab.page.keyboard.press("j");
    await tab.page.keyboard.press("Enter");
    const dialog = tab.page.getByRole("dialog");
    await dialog.getByLabel("Name (optional)").fill("new");
    await dialog.getByRole("button", { name: "Allow" }).click();
    await dialog.getByLabel("Enabled").uncheck();
    await dialog.getByRole("button", { name: "Save" }).click();
    await row(/Allow new Off/).waitFor();
    expect(await rules()).toMatchObject([{ name: "new", action: "allow", enabled: false, priority: 100 }]);
    expect(tab.wrongs).toEqual([]);
  });

  test("a rule is deleted only after a question", async () => {
    await write({ name: "one" });
    await tab.page.goto("/access-rules");
    await tab.page.getByRole("button", { name: "Delete: one" }).click();
    await tab.page.getByRole("dialog").getByText("may not open peer desktops on Win-B").waitFor();
    await tab.page.keyboard.press("Escape");
    await tab.page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await names()).toEqual(["one"]);
    await tab.page.getByRole("button", { name: "Delete: one" }).click();
    await tab.page.getByRole("button", { name: "Delete rule" }).click();
    await says("No rules yet");
    expect(await names()).toEqual([]);
  });

  test("rules move by button and by keyboard; rules of one priority, too", async () => {
    for (const name of ["one", "two", "three"]) await write({ name, priority: 5 });
    await tab.page.goto("/access-rules");
    await tab.page.getByRole("button", { name: "Move up: three" }).click();
    await says("The rule counts as number 2 of 3 now");
    expect(await names()).toEqual(["one", "three", "two"]);
    await row(/one/).focus();
    await tab.page.keyboard.press("Alt+ArrowDown");
    await system.until(async () => (await names()).join() === "three,one,two", "the first to be the second");
    expect(await tab.page.evaluate(() => document.activeElement?.textContent)).toContain("one");
    // As fast as one presses: none is lost.
    await tab.page.keyboard.press("Alt+ArrowDown");
    await tab.page.keyboard.press("Alt+ArrowUp");
    await tab.page.keyboard.press("Alt+ArrowUp");
    await system.until(async () => (await names()).join() === "one,three,two", "the second to be the first");
  });
});

describe("the simulator", () => {
  test("says what decides, marks the rule, and answers anew when somebody else changes the rules", async () => {
    const id = await write({ name: "keep out", priority: 1 });
    await tab.page.goto(question());
    await says(`${member.user.email} may not open a peer desktop on Win-B`);
    await says(/Decided by keep out with priority 1/);
    await row(/keep out Decides/).waitFor();
    await system.owner.api.call(databaseApi.update, {
      params,
      query: { org_id: org(), id },
      body: { action: "allow", name: "let in" },
    });
    await says(`${member.user.email} may open a peer desktop on Win-B, once somebody consents`);
    await row(/Allow let in Decides/).waitFor();
    await remove(id);
    await says("No rule matches, and what no rule denies is allowed");
    await says("No rules yet");
    expect(tab.wrongs).toEqual([]);
  });

  test("a question is asked by its fields, and is in the address", async () => {
    await tab.page.goto("/access-rules");
    await tab.page.getByLabel("Person").selectOption(member.user.email);
    await tab.page.getByLabel("Wants").selectOption("shell");
    await tab.page.getByLabel("On the machine").fill("Linux-C");
    await says(`${member.user.email} may not open a shell on Linux-C`);
    await says("Admin access required");
    expect(Object.fromEntries(new URL(tab.page.url()).searchParams)).toEqual({
      person: member.user.email,
      verb: "shell",
      machine: "Linux-C",
    });
    await tab.page.getByLabel("On the machine").fill("nowhere");
    await tab.page.keyboard.press("Enter");
    await says("Machine not found");
  });

  test("a machine that is typed before the list of them is there is asked about all the same", async () => {
    const { page } = tab;
    let letThrough = (): void => {};
    const typed = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route("**/api/db/machines?*", async (route) => {
      await typed;
      await route.continue();
    });
    await page.goto(`/access-rules?verb=shell&person=${member.user.email}`);
    await page.getByLabel("On the machine").fill("Linux-C");
    letThrough();
    await says(`${member.user.email} may not open a shell on Linux-C`);
    expect(new URL(page.url()).searchParams.get("machine")).toBe("Linux-C");
  });

  test("of everybody, each is answered for", async () => {
    await tab.page.goto("/access-rules?machine=Linux-C&verb=desktop-admin");
    const list = tab.page.getByRole("list", { name: "Who may" });
    await list.getByText(`${system.owner.user.email} may: The role owner suffices`).waitFor();
    await list.getByText(`${member.user.email} may not: Admin access required for admin sessions`).waitFor();
  });
});

describe("who may", () => {
  test("a member is refused", async () => {
    const other = await aTab(member);
    await other.page.goto("/access-rules");
    await says("Only owners, admins and auditors see access rules", other);
    expect(other.wrongs).toEqual([]);
  });

  test("an auditor reads and asks, and changes nothing", async () => {
    await write({ name: "read me" });
    const other = await aTab(await system.person("auditor"));
    await other.page.goto(question());
    await row(/read me Decides/, other).waitFor();
    expect(await other.page.getByRole("button", { name: /Add a rule|Edit|Delete|Move/ }).count()).toBe(0);
    expect(other.wrongs).toEqual([]);
  });
});

test("/ searches the rules, and the address keeps it", async () => {
  for (const name of ["lab", "office"]) await write({ name });
  await tab.page.goto("/access-rules");
  await row(/lab/).waitFor();
  await tab.page.keyboard.press("/");
  await tab.page.keyboard.type("off");
  await row(/lab/).waitFor({ state: "detached" });
  await row(/office/).waitFor();
  expect(new URL(tab.page.url()).search).toBe("?search=off");
  await tab.page.keyboard.press("Escape");
  await row(/lab/).waitFor();
});

test.each(LOOKS)("the page has no accessibility violations and fits: %s", async (name, look) => {
  await write({ name: "Laptops stay out of production", source: "tag:laptop", destination: "tag:prod", priority: 10 });
  await write({ priority: 20, description: "As the workers' council asked for" });
  await write({ name: "Support", action: "allow", source: "100.64.0.0/24", destination: "*", priority: 30 });
  await write({ name: "Old lab", enabled: false, source: "tag:lab", priority: 40 });
  const looked = await aTab(system.owner, look);
  await looked.page.goto(question());
  await row(/Decides/, looked).waitFor();
  await looked.looksRight(`access-rules ${name} decided`);
  await looked.page.getByRole("button", { name: "Edit: Support" }).click();
  await looked.page.getByRole("dialog").waitFor();
  await looked.looksRight(`access-rules ${name} edit`);
  await looked.page.getByRole("button", { name: "Cancel" }).click();
  await looked.page.getByRole("button", { name: "Delete: Support" }).click();
  await looked.looksRight(`access-rules ${name} delete`);
  await looked.page.goto("/access-rules?machine=Linux-C");
  await looked.page.getByText(`${member.user.email} may`).waitFor();
  await looked.looksRight(`access-rules ${name} everybody`);
  expect(looked.wrongs).toEqual([]);
});

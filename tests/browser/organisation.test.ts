/** Members, plan and settings of an organisation in a real browser. */
import { LIVE_PATH, organisationApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { OWNER, type Person, System } from "../harness/system.ts";

let system: System;
let browser: Browser;
const tabs: Tab[] = [];

beforeAll(async () => {
  system = await System.start({ ...(await anyDatabase()), HEARTBEAT_TIMEOUT_SECONDS: "3600" });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});
afterEach(async () => {
  for (const each of tabs.splice(0)) await each.close();
});

async function aTab(who: Person, look = {}): Promise<Tab> {
  const opened = await Tab.open(browser, system.url, { as: who, ...look });
  tabs.push(opened);
  return opened;
}

const members = async (who: Person) =>
  (await who.api.act(organisationApi, "members", { org_id: who.orgId })).members.map(({ email, role }) => [
    email,
    role,
  ]);

describe("members", () => {
  test("somebody is added with a first password, and can sign in with it", async () => {
    const owner = await system.tenant();
    const { page, wrongs } = await aTab(owner);
    await page.goto("/members");
    await page.getByText("1 member, 1 owner").waitFor();
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("E-mail address").fill("Added@Example.com");
    await dialog.getByRole("radio", { name: /^Auditor/ }).check();
    await dialog.getByLabel("First password (optional)").fill("a first password");
    await dialog.getByRole("button", { name: "Add member" }).click();
    await page
      .getByRole("row", { name: /added@example\.com/ })
      .getByText("Auditor")
      .waitFor();
    expect(await members(owner)).toContainEqual(["added@example.com", "auditor"]);
    await expect(system.signIn("added@example.com", "a first password")).resolves.toMatchObject({ orgId: owner.orgId });
    expect(wrongs).toEqual([]);
  });

  test("what the server refuses is said in its words, beside the form", async () => {
    const owner = await system.tenant();
    const { page } = await aTab(owner);
    await page.goto("/members");
    await page.getByRole("button", { name: "Add a member" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("E-mail address").fill(owner.user.email);
    await dialog.getByRole("button", { name: "Add member" }).click();
    await dialog.getByRole("alert").getByText("The member exists already").waitFor();
  });

  test("what somebody else changes is shown without a reload, and an account without a password is marked", async () => {
    const owner = await system.tenant();
    const org_id = owner.orgId;
    const { page, wrongs } = await aTab(owner);
    await page.goto("/members");
    await page.getByText("1 member, 1 owner").waitFor();
    const { user_id } = await owner.api.act(organisationApi, "add_member", {
      org_id,
      email: "live@example.com",
      role: "member",
    });
    const row = page.getByRole("row", { name: /live@example\.com/ });
    await row.getByText("No password").waitFor();
    await owner.api.act(organisationApi, "set_role", { org_id, user_id, role: "admin" });
    await row.getByText("Admin", { exact: true }).waitFor();
    await owner.api.act(organisationApi, "remove_member", { org_id, user_id });
    await row.waitFor({ state: "detached" });
    expect(wrongs).toEqual([]);
  });

  test("a role is changed and a member removed, each in a dialog", async () => {
    const owner = await system.tenant();
    const email = "changed@example.com";
    await owner.api.act(organisationApi, "add_member", { org_id: owner.orgId, email, role: "member" });
    const { page, wrongs } = await aTab(owner);
    await page.goto("/members");
    await page.getByRole("button", { name: `Change role of ${email}` }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("button", { name: "Change role" }).isDisabled()).toBe(true);
    await dialog.getByRole("radio", { name: /^Admin/ }).check();
    await dialog.getByRole("button", { name: "Change role" }).click();
    await page.getByRole("row", { name: email }).getByText("Admin", { exact: true }).waitFor();
    expect(await members(owner)).toContainEqual([email, "admin"]);
    await page.getByRole("button", { name: `Remove ${email}` }).click();
    await dialog.getByText("loses access to").waitFor();
    await dialog.getByRole("button", { name: "Remove member" }).click();
    await page.getByRole("row", { name: email }).waitFor({ state: "detached" });
    expect(await members(owner)).toEqual([[owner.user.email, "owner"]]);
    expect(wrongs).toEqual([]);
  });

  test("R-18 the last owner neither leaves nor steps down, and reads why", async () => {
    const owner = await system.tenant();
    const { page } = await aTab(owner);
    await page.goto("/members");
    const words = "An organisation keeps at least one owner; make somebody else owner first";
    await page.getByRole("button", { name: "Leave this organisation" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Leave", exact: true }).click();
    await dialog.getByRole("alert").getByText(words).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: `Change role of ${owner.user.email}` }).click();
    await dialog.getByRole("radio", { name: /^Member/ }).check();
    await dialog.getByText("This is you").waitFor();
    await dialog.getByRole("button", { name: "Change role" }).click();
    await dialog.getByRole("alert").getByText(words).waitFor();
    expect(await members(owner)).toEqual([[owner.user.email, "owner"]]);
  });

  test("an admin leaves by himself and is told nothing more of it", async () => {
    const admin = await system.person("admin");
    const { page } = await aTab(admin);
    await page.goto("/members");
    // Owners are not an admin's to change.
    await page.getByRole("row", { name: OWNER.email }).getByText("Only owners change owners").waitFor();
    await page.getByRole("button", { name: "Leave this organisation" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
    await page.getByText("You are in no organisation").waitFor();
  });

  test.each(["member", "auditor"] as const)("the role %s reads who is a member, and changes nothing", async (role) => {
    const { page, wrongs } = await aTab(await system.person(role));
    await page.goto("/members");
    await page.getByRole("row", { name: OWNER.email }).getByText("Owner", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: /Add a member|Change role|Remove|Leave/ }).count()).toBe(0);
    await page.getByText("Owners and admins add and change members.").waitFor();
    expect(wrongs).toEqual([]);
  });

  test("the list is narrowed by search and role, in the address", async () => {
    const owner = await system.tenant();
    for (const [email, role] of [
      ["first@example.com", "member"],
      ["second@example.com", "auditor"],
    ] as const) {
      await owner.api.act(organisationApi, "add_member", { org_id: owner.orgId, email, role });
    }
    const { page } = await aTab(owner);
    await page.goto("/members?role=auditor");
    await page.getByRole("row", { name: /second/ }).waitFor();
    expect(await page.getByRole("row", { name: /first/ }).count()).toBe(0);
    await page.getByLabel("Role").selectOption("all");
    await page.keyboard.press("Escape");
    await page.getByLabel("Search members").fill("first");
    await page.getByRole("row", { name: /second/ }).waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("?search=first");
  });
});

describe("billing", () => {
  test("RS-030 the owner sees what a change takes, makes it, and it counts", async () => {
    const owner = await system.tenant("enterprise");
    const { page, wrongs } = await aTab(owner);
    await page.goto("/billing");
    await page.getByRole("region", { name: "Enterprise" }).getByText("Current").waitFor();
    await page.getByRole("button", { name: "Change to Business" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Shells that run are ended at once").waitFor();
    expect(await dialog.getByText("Desktop sessions that are open").count()).toBe(0);
    await dialog.getByRole("button", { name: "Change to Business" }).click();
    await page.getByText(/is on the Business plan/).waitFor();
    const { current } = await owner.api.act(organisationApi, "plans", { org_id: owner.orgId });
    expect(current).toBe("business");
    expect(wrongs).toEqual([]);
  });

  test("a plan that somebody else changed is shown without a reload; a member reads who may change it", async () => {
    const person = await system.person("member");
    const { page, wrongs } = await aTab(person);
    const set = (plan: "free" | "enterprise") =>
      system.owner.api.act(organisationApi, "set_plan", { org_id: person.orgId, plan });
    // What the page asks for at its start is answered by the plan that it has.
    await page.goto("/billing", { waitUntil: "networkidle" });
    await page.getByText("Only owners change the plan").waitFor();
    expect(await page.getByRole("button", { name: /^Change to/ }).count()).toBe(0);
    await set("free");
    await page.getByRole("region", { name: "Free" }).getByText("Current").waitFor();
    await set("enterprise");
    await page.getByRole("region", { name: "Enterprise" }).getByText("Current").waitFor();
    expect(wrongs).toEqual([]);
  });

  test("a plan that went while nobody could say so is known before anything is asked that it no longer allows", async () => {
    const person = await system.person("member");
    const { page, context, wrongs } = await aTab(person);
    await page.clock.install();
    await page.goto("/billing", { waitUntil: "networkidle" });
    await context.setOffline(true);
    // Long enough for every poll to wait for the network.
    await page.getByText("reconnecting to live updates").waitFor();
    await page.clock.fastForward(20_000);
    const set = (plan: "free" | "enterprise") =>
      system.owner.api.act(organisationApi, "set_plan", { org_id: person.orgId, plan });
    await set("free");
    onTestFinished(async () => void (await set("enterprise")));
    const answered = (path: string) => page.waitForResponse((response) => response.url().endsWith(path));
    // The plans are asked for after the rights, as the desktops would be.
    const plans = answered("/api/auth/me").then(() => answered(organisationApi.path));
    await context.setOffline(false);
    await page.getByRole("region", { name: "Free" }).getByText("Current").waitFor();
    await plans;
    await page.waitForTimeout(500);
    expect(wrongs.filter((each) => each.includes("403"))).toEqual([]);
  });

  test("a role is known where a proxy lets no WebSocket through", async () => {
    const person = await system.person("member");
    const { page } = await aTab(person);
    await page.routeWebSocket(
      ({ pathname }) => pathname === LIVE_PATH,
      (socket) => socket.close(),
    );
    await page.goto("/billing");
    await page.getByText("Only owners change the plan").waitFor();
    await system.owner.api.act(organisationApi, "set_role", {
      org_id: person.orgId,
      user_id: person.user.id,
      role: "owner",
    });
    await page.getByRole("button", { name: "Change to Business" }).waitFor();
  });

  test("what a plan includes is what the table says", async () => {
    const { page } = await aTab(await system.tenant());
    const set = (enabled: boolean) =>
      system.sql(
        `UPDATE plan_features SET enabled = ${enabled} WHERE plan = 'starter' AND feature = 'remote_desktop' RETURNING plan`,
      );
    const starter = page.getByRole("region", { name: "Starter" });
    await page.goto("/billing");
    await starter.getByText("Without Remote desktop").waitFor();
    await set(true);
    await page.reload();
    await starter.getByText("Remote desktop", { exact: true }).waitFor();
    await set(false);
  });
});

describe("settings", () => {
  const recorded = async (owner: Person) =>
    (await owner.api.act(organisationApi, "settings", { org_id: owner.orgId })).record_command_output;

  test("recording of output is switched on, and off by somebody else", async () => {
    const owner = await system.tenant();
    const { page, wrongs } = await aTab(owner);
    await page.goto("/settings");
    const tick = page.getByLabel("Record what commands print");
    await tick.check();
    await system.until(() => recorded(owner), "output to be recorded");
    await owner.api.act(organisationApi, "set_settings", { org_id: owner.orgId, record_command_output: false });
    await system.until(async () => !(await tick.isChecked()), "the tick to go");
    expect(wrongs).toEqual([]);
  });

  test("a member sees it and does not change it", async () => {
    const { page } = await aTab(await system.person("member"));
    await page.goto("/settings");
    await page.getByText("Only owners and admins change this.").waitFor();
    expect(await page.getByLabel("Record what commands print").isDisabled()).toBe(true);
  });

  test("another organisation is made, and the pages are about it", async () => {
    const owner = await system.tenant();
    const { page } = await aTab(owner);
    await page.goto("/settings");
    await page.getByRole("button", { name: "Make the organisation" }).click();
    await page.getByText("name required").waitFor();
    await page.getByLabel("Name of the new organisation").fill("Second House");
    await page.getByRole("button", { name: "Make the organisation" }).click();
    await page.getByText("These pages are about Second House now").waitFor();
    await page.getByRole("button", { name: "Organisation Second House" }).waitFor();
    await page.getByRole("link", { name: "Machines" }).click();
    await page.getByText("No machines yet").waitFor();
  });

  test("what this browser remembers is kept for the next time", async () => {
    const { page, wrongs } = await aTab(await system.tenant());
    await page.goto("/settings");
    await page.getByRole("button", { name: "Light" }).click();
    await page.getByRole("button", { name: "Larger text" }).click();
    await page.getByLabel("Quality").selectOption("Sharp");
    await page.reload();
    await page.getByText("15 px").waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("light");
    expect(await page.getByLabel("Quality").inputValue()).toBe("sharp");
    expect(wrongs).toEqual([]);
  });
});

test.each(LOOKS)("the pages have no accessibility violations and fit: %s", async (name, look) => {
  const owner = await system.tenant("business");
  for (const role of ["admin", "member", "auditor"] as const) {
    const email = `${role}.with-a-rather-long-address@department.example.com`;
    await owner.api.act(organisationApi, "add_member", { org_id: owner.orgId, email, role });
  }
  const tab = await aTab(owner, look);
  const { page } = tab;
  await page.goto("/members");
  await page.getByText("4 members, 1 owner").waitFor();
  await tab.looksRight(`members ${name}`);
  await page.getByRole("button", { name: "Add a member" }).click();
  await page.getByRole("dialog").waitFor();
  await tab.looksRight(`members ${name} add`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: /^Change role of admin/ }).click();
  await tab.looksRight(`members ${name} role`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: /^Remove member/ }).click();
  await tab.looksRight(`members ${name} remove`);
  await page.goto("/billing");
  await page.getByText(/is on the Business plan/).waitFor();
  await tab.looksRight(`billing ${name}`);
  await page.getByRole("button", { name: "Change to Starter" }).click();
  await page.getByRole("dialog").getByText("Takes away").waitFor();
  await tab.looksRight(`billing ${name} change`);
  await page.goto("/settings");
  await page.getByLabel("Record what commands print").waitFor();
  await tab.looksRight(`settings ${name}`);
  expect(tab.wrongs).toEqual([]);
});

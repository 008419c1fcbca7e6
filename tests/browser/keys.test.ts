/** Auth keys and API keys: made, shown once, used, seen by others as it happens, revoked. */
import { authApi, authKeyApi, machineApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LOOKS, launchBrowser, REFUSED, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { OWNER, System } from "../harness/system.ts";

let system: System;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});
beforeEach(async () => {
  tab = await Tab.open(browser, system.url, { as: system.owner });
});
afterEach(() => tab.close());

const row = (name: string) => tab.page.getByRole("row", { name: new RegExp(name) });
const dialog = () => tab.page.getByRole("dialog");
const enrol = (auth_key: string, name: string, device_secret?: string) =>
  system.anonymous().call(machineApi.register, { body: { auth_key, name, ...(device_secret && { device_secret }) } });

describe("auth keys", () => {
  test("a key is made, shown once, used, and revoked with the machine that it enrolled", async () => {
    await tab.page.goto("/auth-keys");
    await tab.page.getByRole("button", { name: "Create a key" }).click();

    // What the server refuses is said beside what it is about, in its words.
    await dialog().getByRole("button", { name: "Create key" }).click();
    await dialog().getByText("name required", { exact: true }).waitFor();
    expect(await dialog().getByLabel("Name").getAttribute("aria-invalid")).toBe("true");
    await dialog().getByLabel("Name").fill("racks");
    await dialog().getByLabel("Expires after, in days").fill("366");
    await dialog().getByRole("button", { name: "Create key" }).click();
    await dialog().getByText("expiry_days must be an integer between 1 and 365").waitFor();
    await dialog().getByLabel("Expires after, in days").fill("30");
    await dialog().getByRole("button", { name: "Reusable" }).click();
    await dialog().getByLabel("Maximum uses").fill("none");
    await dialog().getByRole("button", { name: "Create key" }).click();
    await dialog().getByText("max_uses must be a whole number between 1 and 1000000").waitFor();
    await dialog().getByLabel("Maximum uses").fill("5");
    await dialog().getByLabel("Tags").fill("web, prod");
    await dialog().getByLabel("Allowed addresses").fill("10.0.0.0/33");
    await dialog().getByRole("button", { name: "Create key" }).click();
    await dialog().getByText('allowed_cidrs: "10.0.0.0/33" is neither an address nor a subnet').waitFor();
    await dialog().getByLabel("Allowed addresses").fill("127.0.0.0/8 ::1");
    await dialog().getByLabel("Ephemeral").check();
    await dialog().getByRole("button", { name: "Create key" }).click();

    const key = await dialog().getByLabel("Key", { exact: true }).inputValue();
    expect(key).toMatch(/^tskey-auth-[0-9a-f]{64}$/);
    expect(await dialog().getByLabel("Enrolment command").inputValue()).toBe(
      `ZTNA_CONTROL_URL=${system.url} ZTNA_AUTH_KEY=${key} npx ztna up`,
    );
    await dialog().getByText("it will not be shown again").waitFor();

    // Nobody loses it by a key pressed too many.
    await tab.page.keyboard.press("Escape");
    await dialog().getByText("It was not copied").waitFor();
    await dialog().getByRole("button", { name: "Keep it open" }).click();
    expect(await dialog().getByLabel("Key", { exact: true }).inputValue()).toBe(key);
    await dialog().getByRole("button", { name: "Copy the key" }).click();
    await dialog().getByText("Copied", { exact: true }).waitFor();
    await dialog().getByRole("button", { name: "Done" }).click();
    await dialog().waitFor({ state: "detached" });
    expect(await tab.page.content()).not.toContain(key);

    await row("racks").getByText("0 of 5", { exact: true }).waitFor();
    const { machine_id } = await enrol(key, "rack-1");
    // By itself: the registration is recorded, and the page hears of it.
    await row("racks").getByText("1 of 5", { exact: true }).waitFor();
    await row("racks").getByRole("link", { name: "racks" }).click();
    await tab.page.getByRole("heading", { name: "racks", exact: true }).waitFor();
    await tab.page.getByText("tag:prod tag:web").waitFor();
    await tab.page.getByText("127.0.0.0/8 ::1/128").waitFor();
    const machine = tab.page.getByRole("link", { name: "rack-1" });
    expect(await machine.getAttribute("href")).toBe(`/machines/${machine_id}`);

    // One that came with the key and enrolled with another one since is not this key's any more.
    const device = "ab".repeat(32);
    await enrol(key, "rack-2", device);
    await row("rack-2").waitFor();
    await enrol((await system.authKey({ name: "other" })).key, "rack-2", device);
    await row("rack-2").getByText("enrolled with another key since").waitFor();

    await tab.page.getByRole("button", { name: "Revoke" }).click();
    await dialog().getByText("1 machine will be quarantined").waitFor();
    await dialog().getByRole("button", { name: "Revoke key" }).click();
    await tab.page.getByText("Revoked; 1 machine quarantined").waitFor();
    await row("rack-1").getByText("quarantined").waitFor();
    await tab.page.getByText(/^Revoked ?just now/).waitFor();
    expect(await tab.page.getByRole("button", { name: "Revoke" }).count()).toBe(0);
    const statuses = (await system.machines()).map(({ name, status }) => [name, status]);
    expect(statuses).toContainEqual(["rack-1", "quarantined"]);
    expect(statuses).toContainEqual(["rack-2", "online"]);
    expect(tab.wrongs).toEqual(Array(4).fill(REFUSED));
  });

  test("what another administrator does is on the page by itself; which keys are shown is in the address", async () => {
    await tab.page.goto("/auth-keys");
    await tab.page.getByRole("heading", { name: "Auth keys", exact: true }).waitFor();
    const admin = await system.person("admin");
    const made = await system.authKey({ name: "by-another", reusable: true }, admin);
    await row("by-another").getByText("Active").waitFor();
    await admin.api.act(authKeyApi, "revoke_auth_key", { org_id: admin.orgId, key_id: made.id });
    await row("by-another").waitFor({ state: "detached" });
    await tab.page.getByRole("button", { name: "All", exact: true }).click();
    await row("by-another").getByText("Revoked").waitFor();
    expect(new URL(tab.page.url()).search).toBe("?show=all");

    await tab.page.keyboard.press("/");
    await tab.page.keyboard.type("by-another");
    await tab.page.waitForURL(/q=by-another/);
    await tab.page.reload();
    await row("by-another").waitFor();
    expect(await tab.page.getByRole("row").count()).toBe(2);
    await tab.page.keyboard.press("/");
    await tab.page.keyboard.press("ArrowDown");
    await tab.page.keyboard.press("Enter");
    await tab.page.waitForURL(new RegExp(`/auth-keys/${made.id}$`));
    await tab.page.getByText("No machine has used it").waitFor();
    expect(tab.wrongs).toEqual([]);
  });

  test("R-22 a name is text, whatever it says; an address that is no key says so", async () => {
    await system.authKey({ name: "<img src=x onerror=alert(1)>" });
    await tab.page.goto("/auth-keys");
    await tab.page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
    for (const id of [system.owner.user.id, "nonsense"]) {
      await tab.page.goto(`/auth-keys/${id}`);
      await tab.page.getByText("There is no such auth key").waitFor();
    }
    expect(tab.wrongs).toEqual([]);
  });

  test("AK-091 a member is told why there is nothing to see, and the server is not asked", async () => {
    const { key: _, ...made } = await system.authKey({ name: "secret" });
    tab = await tab.instead({ as: await system.person("member") });
    const asked: string[] = [];
    tab.page.on("request", (request) => {
      if (/auth_key/.test(request.url())) asked.push(request.url());
    });
    for (const path of ["/auth-keys", `/auth-keys/${made.id}`]) {
      await tab.page.goto(path);
      await tab.page.getByText("Only owners and admins see auth keys").waitFor();
    }
    expect(await tab.page.getByRole("button", { name: "Create a key" }).count()).toBe(0);
    expect(asked).toEqual([]);
    expect(tab.wrongs).toEqual([]);
  });
});

describe("API keys", () => {
  test("a key is made with a lesser role, works, is seen to be used, and is revoked", async () => {
    await tab.page.goto("/api-keys");
    await tab.page.getByRole("button", { name: "Create a key" }).click();
    await dialog().getByLabel("Name").fill("deploy");
    await dialog().getByLabel("Expires after, in days").fill("0");
    await dialog().getByRole("button", { name: "Create key" }).click();
    await dialog().getByText("expires_days must be an integer between 1 and 365").waitFor();
    await dialog().getByLabel("Expires after, in days").fill("30");
    expect(await dialog().getByLabel("Role").locator("option").allInnerTexts()).toEqual([
      "Owner",
      "Admin",
      "Auditor",
      "Member",
    ]);
    await dialog().getByLabel("Role").selectOption("auditor");
    await dialog().getByRole("button", { name: "Create key" }).click();
    const key = await dialog().getByLabel("Key", { exact: true }).inputValue();
    expect(key).toMatch(/^gk_/);
    await dialog().getByRole("button", { name: "Done" }).click();
    await dialog().getByRole("button", { name: "Close anyway" }).click();
    await row("deploy").getByText("Auditor", { exact: true }).waitFor();
    await row("deploy").getByText("Never", { exact: true }).waitFor();

    const { user, orgs } = await system.as(key).call(authApi.me, {});
    expect([user.email, orgs[0]?.role]).toEqual([OWNER.email, "auditor"]);
    await tab.page.reload();
    await row("deploy").getByText("just now").nth(1).waitFor();

    await row("deploy").getByRole("button", { name: "Revoke" }).click();
    await dialog().getByRole("button", { name: "Revoke key" }).click();
    await row("deploy").waitFor({ state: "detached" });
    await expect(system.as(key).call(authApi.me, {})).rejects.toMatchObject({ status: 401 });
    await tab.page.getByRole("button", { name: "All", exact: true }).click();
    await row("deploy").getByText("Revoked").waitFor();
    expect(tab.wrongs).toEqual([REFUSED]);
  });

  test("a member sees and makes his own, an administrator sees everybody's as they are made", async () => {
    const member = await system.person("member");
    await tab.page.goto("/api-keys");
    await tab.page.getByRole("heading", { name: "API keys", exact: true }).waitFor();
    await system.apiKey({}, member);
    const theirs = row(member.user.email);
    await theirs.getByText("Active").waitFor();
    await tab.page.getByRole("button", { name: "Mine", exact: true }).click();
    await theirs.waitFor({ state: "detached" });
    expect(new URL(tab.page.url()).search).toBe("?who=mine");

    await system.apiKey();
    tab = await tab.instead({ as: member });
    await tab.page.goto("/api-keys");
    await tab.page.getByText("1 active of 1").waitFor();
    expect(await tab.page.getByRole("row").count()).toBe(2);
    await tab.page.getByRole("button", { name: "Create a key" }).click();
    expect(await dialog().getByLabel("Role").locator("option").allInnerTexts()).toEqual(["Member"]);
    expect(tab.wrongs).toEqual([]);
  });
});

test.each(LOOKS)("the pages and their dialogs have no accessibility violations and fit: %s", async (name, look) => {
  const fleet = await system.authKey({ name: "a fleet with a name that is long enough to be cut", reusable: true });
  await enrol(fleet.key, `machine for ${name}`);
  await system.apiKey();
  tab = await tab.instead({ as: system.owner, ...look });
  const check = (state: string) => tab.looksRight(`${name} ${state}`);
  await tab.page.goto("/auth-keys?show=all");
  await row("a fleet").first().waitFor();
  await check("auth keys");
  await tab.page.getByRole("button", { name: "Create a key" }).click();
  await dialog().getByLabel("Name").fill("checked");
  await dialog().getByRole("button", { name: "Reusable" }).click();
  await check("auth key form");
  await dialog().getByRole("button", { name: "Create key" }).click();
  await dialog().getByLabel("Key", { exact: true }).waitFor();
  await check("auth key shown");
  await dialog().getByRole("button", { name: "Done" }).click();
  await check("auth key leaving");
  await dialog().getByRole("button", { name: "Close anyway" }).click();
  await tab.page.goto(`/auth-keys/${fleet.id}`);
  await row("machine for").waitFor();
  await check("auth key");
  await tab.page.getByRole("button", { name: "Revoke" }).click();
  await dialog().getByText("will be quarantined").waitFor();
  await check("auth key revoke");
  await tab.page.goto("/api-keys?show=all");
  await row("a test's").first().waitFor();
  await check("API keys");
  await tab.page.getByRole("button", { name: "Create a key" }).click();
  await check("API key form");
  await dialog().getByRole("button", { name: "Cancel" }).click();
  await tab.page.getByRole("button", { name: "Revoke" }).first().click();
  await check("API key revoke");
  expect(tab.wrongs).toEqual([]);
});

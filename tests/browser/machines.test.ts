/** The fleet in a real browser: finding machines among many, and everything about one of them. */
import { auditApi, machineAdminApi, machineApi, nodeAdminApi, nodeApi } from "@sallyport/protocol";
import type { Browser, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { LOOKS, launchBrowser, REFUSED, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, type Person, type RunningAgent, System } from "../harness/system.ts";

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
afterEach(() => tab.close());

const of = (machine_id: string) => ({ org_id: system.owner.orgId, machine_id });
const setTags = (id: string, tags: string[]) => system.owner.api.act(machineAdminApi, "set_tags", { ...of(id), tags });
const disable = (id: string) => system.owner.api.act(machineAdminApi, "disable", of(id));
const forgetLater = (id: string) =>
  onTestFinished(async () => {
    // The test may have deleted it.
    await system.owner.api.act(machineAdminApi, "delete", of(id)).catch(() => {});
  });

/** A machine without an agent, with whatever a test wants of it; forgotten after the test. */
async function aMachine(name: string, { tags = [], offline = false }: { tags?: string[]; offline?: boolean } = {}) {
  const registration = await system.register(name);
  const { machine_id, node_key } = registration;
  if (tags.length > 0) await setTags(machine_id, tags);
  if (offline) await heartbeat(node_key, "offline");
  forgetLater(machine_id);
  return registration;
}

const heartbeat = (node_key: string, status: "online" | "offline") =>
  system.anonymous().call(machineApi.heartbeat, { body: { node_key, status } });

async function aTab(who: Person): Promise<Tab> {
  const own = await Tab.open(browser, system.url, { as: who });
  onTestFinished(() => own.close());
  return own;
}

const table = (of: Tab): Locator => of.page.getByRole("table", { name: "Machines" });
const rowOf = (of: Tab, name: string): Locator => table(of).getByRole("row", { name: new RegExp(name) });
const fact = (of: Tab, list: string, label: string): Locator =>
  of.page
    .getByRole("region", { name: list })
    .locator("div", { has: of.page.locator("dt", { hasText: new RegExp(`^${label}$`) }) });

async function openMachine(id: string, search = "", of = tab): Promise<void> {
  await of.page.goto(`/machines/${id}${search}`);
  await of.page.getByRole("navigation", { name: "Sections" }).waitFor();
}

async function chooseAction(name: string): Promise<void> {
  await tab.page.getByRole("button", { name: "More actions" }).click();
  await tab.page.getByRole("menuitem", { name }).click();
}

/** Runs one on the agent, as an operator does. */
async function runCommand(): Promise<void> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  const environment = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: `${folder.path}/config.yaml` };
  await runProgram("gatekey-admin", ["login", "--email", OWNER.email], environment, `${OWNER.password}\n`);
  const { status } = await runProgram("gatekey-admin", ["session", "exec", "-n", "Linux-C", "exit 3"], environment);
  expect(status).toBe(3);
}

describe("the list", () => {
  test("is narrowed by status, tag and words; all of it is in the address, and survives a reload", async () => {
    await aMachine("web-1", { tags: ["prod", "web"] });
    await aMachine("web-2", { tags: ["web"], offline: true });
    const { machine_id } = await aMachine("barred", { tags: ["prod"] });
    await disable(machine_id);
    await tab.page.goto("/machines");
    await rowOf(tab, "web-1").waitFor();

    await tab.page.getByLabel("Tag").selectOption("web");
    await rowOf(tab, "Linux-C").waitFor({ state: "detached" });
    await tab.page.getByLabel("Status").selectOption("Offline");
    await rowOf(tab, "web-1").waitFor({ state: "detached" });
    await rowOf(tab, "web-2").getByText("last seen").waitFor();
    expect(new URL(tab.page.url()).search).toBe("?status=offline&tag=web");

    await tab.page.reload();
    await rowOf(tab, "web-2").waitFor();
    expect(await table(tab).locator("[data-row]").count()).toBe(1);

    await tab.page.keyboard.press("/");
    await tab.page.keyboard.type("nothing like it");
    await tab.page.getByText("Nothing found").waitFor();
    await tab.page.waitForURL(/q=nothing/);
    await tab.page.getByRole("button", { name: "Clear filters" }).last().click();
    await tab.page.getByRole("button", { name: "Clear the search" }).click();
    await rowOf(tab, "Linux-C").waitFor();
    await tab.page.waitForURL((url) => url.search === "");

    await tab.page.getByLabel("Status").selectOption("Disabled");
    await rowOf(tab, "barred").getByText("by an administrator").waitFor();
    expect(await table(tab).locator("[data-row]").count()).toBe(1);
    expect(tab.wrongs).toEqual([]);
  });

  test("a kind is chosen where there is more than one", async () => {
    const { orgId, api } = system.owner;
    const hub = await api.act(nodeAdminApi, "create", { org_id: orgId, kind: "hub", name: "hub-list" });
    forgetLater(hub.id);
    await tab.page.goto("/machines");
    await tab.page.getByLabel("Kind").selectOption("Hub");
    await rowOf(tab, "Linux-C").waitFor({ state: "detached" });
    await rowOf(tab, "hub-list").waitFor();
    expect(new URL(tab.page.url()).search).toBe("?kind=hub");
  });

  test("of thousands of machines only those in sight are drawn; End and Home reach both ends", async () => {
    await system.sql(
      `INSERT INTO machines (org_id, name, status, node_key_hash, secret_key_hash)
       SELECT '${system.owner.orgId}', 'many-' || n, 'offline', 'many-' || n, ''
       FROM generate_series(1, 5000) AS n RETURNING id`,
    );
    onTestFinished(async () => {
      await system.sql("DELETE FROM machines WHERE name LIKE 'many-%' RETURNING id");
    });
    await tab.page.goto("/machines");
    await rowOf(tab, "many-1").first().waitFor();
    const drawn = table(tab).locator("[data-row]");
    expect(Number(await table(tab).getAttribute("aria-rowcount"))).toBeGreaterThan(5_000);
    expect(await drawn.count()).toBeLessThan(100);

    await tab.page.keyboard.press("j");
    await tab.page.keyboard.press("End");
    const last = rowOf(tab, "many-5000");
    await last.waitFor();
    await expect.poll(() => last.evaluate((row) => row === document.activeElement)).toBe(true);
    expect(await drawn.count()).toBeLessThan(100);
    await tab.page.keyboard.press("Home");
    const first = rowOf(tab, "Linux-C");
    await first.waitFor();
    await expect.poll(() => first.evaluate((row) => row === document.activeElement)).toBe(true);

    await tab.page.keyboard.press("/");
    await tab.page.keyboard.type("many-4999");
    await rowOf(tab, "many-5000").waitFor({ state: "detached" });
    await expect.poll(() => drawn.count()).toBe(1);
    expect(tab.wrongs).toEqual([]);
  });
});

describe("a machine's page", () => {
  test("is a link away from the list, and says what the machine is and how it came", async () => {
    await tab.page.goto("/machines");
    await rowOf(tab, "Linux-C").getByRole("link", { name: "Linux-C", exact: true }).click();
    await tab.page.getByRole("heading", { name: "Linux-C", exact: true }).waitFor();
    expect(await tab.page.title()).toBe("Linux-C · Sallyport");
    expect(await fact(tab, "Machine", "Address").innerText()).toContain(agent.machine.tailnet_ip);
    expect(await fact(tab, "Machine", "Owner").innerText()).toContain("You");
    expect(await fact(tab, "Presence and access", "Status").innerText()).toMatch(/Online\s+connected/);
    expect(await fact(tab, "Enrolment", "Auth key").innerText()).toContain("test key");
    expect(await fact(tab, "Enrolment", "From").innerText()).toContain("127.0.0.1");
    expect(await fact(tab, "Desktop", "Screen").innerText()).toContain("Not");
    expect(tab.wrongs).toEqual([]);
  });

  test("is renamed, tagged and switched; each is recorded, and somebody else's changes appear by themselves", async () => {
    const { machine_id, node_key } = await aMachine("before");
    await aMachine("neighbour", { tags: ["rack-2"] });
    await openMachine(machine_id);

    await chooseAction("Rename…");
    await tab.page.getByRole("textbox", { name: "Name" }).fill("after");
    await tab.page.keyboard.press("Enter");
    await tab.page.getByRole("heading", { name: "after", exact: true }).waitFor();

    await chooseAction("Edit tags…");
    await tab.page.getByRole("textbox", { name: "Tags" }).fill("tag:Prod no/tag");
    await tab.page.getByRole("button", { name: "rack-2" }).click();
    await tab.page.getByRole("button", { name: "Save tags" }).click();
    await tab.page.getByRole("dialog").getByText("must be letters, digits").waitFor();
    await tab.page.getByRole("textbox", { name: "Tags" }).fill("prod rack-2");
    await tab.page.keyboard.press("Enter");
    await tab.page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => fact(tab, "Machine", "Tags").innerText()).toMatch(/prod\s+rack-2/);

    await chooseAction("Switch sessions off…");
    await tab.page.getByRole("button", { name: "Switch off", exact: true }).click();
    await fact(tab, "Presence and access", "Sessions").getByText("Switched off").waitFor();
    await chooseAction("Allow sessions");
    await fact(tab, "Presence and access", "Sessions").getByText("Allowed").waitFor();

    await chooseAction("Disable…");
    await tab.page.getByRole("button", { name: "Disable", exact: true }).click();
    await fact(tab, "Presence and access", "Status").getByText("Disabled").waitFor();
    expect(await fact(tab, "Presence and access", "Status").innerText()).toContain("by an administrator");
    await chooseAction("Enable");
    await fact(tab, "Presence and access", "Connections").getByText("Allowed").waitFor();

    // By somebody else, and by the machine itself.
    await setTags(machine_id, ["elsewhere"]);
    await fact(tab, "Machine", "Tags").getByText("elsewhere").waitFor();
    await heartbeat(node_key, "online");
    await fact(tab, "Presence and access", "Status").getByText("Online").waitFor();
    await heartbeat(node_key, "offline");
    await fact(tab, "Presence and access", "Status").getByText("Offline").waitFor();

    const { logs } = await system.owner.api.act(auditApi, "search", {
      org_id: system.owner.orgId,
      resource_id: machine_id,
    });
    expect(logs.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        "machine.renamed",
        "machine.tags_changed",
        "machine.sessions_switched",
        "machine.disabled",
        "machine.enabled",
      ]),
    );
  });

  test("its history is the audit log's, and grows while one looks at it", async () => {
    const { machine_id } = await aMachine("told");
    await openMachine(machine_id);
    await tab.page.getByRole("link", { name: "History" }).click();
    await tab.page.waitForURL(/tab=history/);
    const history = tab.page.getByRole("table", { name: "History" });
    await history.getByText("machine.registered").waitFor();
    await disable(machine_id);
    const row = history.getByRole("row", { name: /machine\.disabled/ });
    await row.waitFor();
    expect(await row.innerText()).toContain(OWNER.email);
    expect(await tab.page.getByRole("link", { name: "Open in the audit log" }).getAttribute("href")).toBe(
      `/audit-log?id=${machine_id}`,
    );
    expect(tab.wrongs).toEqual([]);
  });

  test("sessions on it appear as they begin, are opened and ended there, and are listed when they are over", async () => {
    await openMachine(agent.machine.id, "?tab=sessions");
    const running = tab.page.getByRole("table", { name: "Running sessions" });
    await tab.page.getByText("No session is running").waitFor();

    const terminal = await tab.beside();
    onTestFinished(() => terminal.page.close());
    await terminal.page.goto(`/terminal/${agent.machine.id}`);
    await terminal.page.getByText("Connected", { exact: true }).waitFor();
    const row = running.getByRole("row", { name: /Terminal/ });
    await row.getByText("Attached").waitFor();
    expect(await row.getByRole("link", { name: /Open/ }).getAttribute("href")).toMatch(/\/terminal\/.*session=/);

    await row.getByRole("button", { name: /End/ }).click();
    await tab.page.getByRole("button", { name: "End session" }).click();
    await tab.page.getByRole("table", { name: "Ended lately" }).getByText("by an administrator").first().waitFor();
    await tab.page.getByText("No session is running").waitFor();
    expect(tab.wrongs).toEqual([]);
  });

  test("commands that ran on it are listed with how they ended", async () => {
    await openMachine(agent.machine.id, "?tab=commands");
    await tab.page.getByText("No command was run here").waitFor();
    await runCommand();
    const row = tab.page.getByRole("table", { name: "Commands" }).getByRole("row", { name: /exit 3/ });
    await row.getByText("Exit 3", { exact: true }).waitFor();
    expect(await row.getByRole("link", { name: /Open/ }).getAttribute("href")).toMatch(/^\/commands\?run=/);
    expect(tab.wrongs).toEqual([]);
  });

  test("of a spoke it says where its hub is, and as what operators address it", async () => {
    const { orgId, api } = system.owner;
    const spoke = await api.act(nodeAdminApi, "create", {
      org_id: orgId,
      kind: "spoke",
      name: "spoke-west",
      agent_id: "spoke-1",
      hub_endpoint: "hub.example.com:1194",
    });
    forgetLater(spoke.id);
    await openMachine(spoke.id);
    await fact(tab, "Spoke", "Hub endpoint").getByText("hub.example.com:1194").waitFor();
    expect(await fact(tab, "Spoke", "Addressed as").innerText()).toContain("spoke:spoke-1");
    await api.act(nodeAdminApi, "update", { org_id: orgId, node_id: spoke.id, hub_endpoint: "hub.example.com:443" });
    await fact(tab, "Spoke", "Hub endpoint").getByText("hub.example.com:443").waitFor();
    expect(tab.wrongs).toEqual([]);

    await chooseAction("Edit addresses…");
    const dialog = tab.page.getByRole("dialog");
    await dialog.getByLabel("Hub endpoint").fill("hub.example.org:1194");
    await dialog.getByLabel("Agent ID").fill("not an id");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(/^agent_id: must be letters/).waitFor();
    await dialog.getByLabel("Agent ID").fill("spoke-2");
    await dialog.getByRole("button", { name: "Save" }).click();
    await fact(tab, "Spoke", "Hub endpoint").getByText("hub.example.org:1194").waitFor();
    await fact(tab, "Spoke", "Addressed as").getByText("spoke:spoke-2").waitFor();

    // The token that it was made with registers nothing any more; the one that is shown does.
    await chooseAction("Make another token…");
    await dialog.getByRole("button", { name: "Make another token" }).click();
    const pasted = await dialog.getByLabel("Paste this on it").inputValue();
    const [, token = ""] = /token: "?(\S+?)"?\n/.exec(pasted) ?? [];
    const register = (of: string) =>
      system.anonymous().call(nodeApi.register, { body: { token: of, agent_id: "spoke-2", tags: [] } });
    await expect(register(spoke.token)).rejects.toMatchObject({ status: 401 });
    expect(await register(token)).toMatchObject({ agent_id: "spoke-2" });
    await dialog.getByRole("button", { name: "Done" }).click();
    await dialog.getByRole("button", { name: "Close anyway" }).click();
    expect(tab.wrongs).toEqual([REFUSED]);

    // A name that another spoke has is refused in the server's words, beside the field.
    const other = await api.act(nodeAdminApi, "create", { org_id: orgId, kind: "spoke", name: "spoke-east" });
    forgetLater(other.id);
    await chooseAction("Rename…");
    await tab.page.getByRole("textbox", { name: "Name" }).fill("spoke-east");
    await tab.page.keyboard.press("Enter");
    await tab.page.getByRole("dialog").getByText("A node of this kind with this name").waitFor();
  });

  test("a deleted machine leaves the page of whoever deletes it, and is gone for whoever else looks", async () => {
    const { machine_id } = await aMachine("doomed");
    await openMachine(machine_id);
    const other = await tab.beside();
    await openMachine(machine_id, "", other);
    await chooseAction("Delete…");
    const dialog = tab.page.getByRole("dialog");
    await dialog.getByText("This cannot be undone").waitFor();
    await dialog.getByRole("button", { name: "Delete machine" }).click();
    await tab.page.getByText("doomed was deleted").waitFor();
    await tab.page.getByRole("heading", { name: "Machines", exact: true }).waitFor();
    await other.page.getByText("There is no such machine here").waitFor();
    await rowOf(tab, "Linux-C").waitFor();
    expect(await rowOf(tab, "doomed").count()).toBe(0);
    expect([...tab.wrongs, ...other.wrongs]).toEqual([]);
  });

  test("a machine that is not there, or another organisation's, is said not to be here", async () => {
    const stranger = await system.tenant();
    const theirs = await system.register("theirs", stranger);
    for (const id of ["no-machine", "00000000-0000-4000-8000-000000000000", theirs.machine_id]) {
      await tab.page.goto(`/machines/${id}`);
      await tab.page.getByText("There is no such machine here").waitFor();
    }
    expect(tab.wrongs).toEqual([]);
  });

  test("a member sees what it is and changes nothing; an auditor sees its history, too", async () => {
    const member = await aTab(await system.person("member"));
    await openMachine(agent.machine.id, "", member);
    await fact(member, "Machine", "Address")
      .getByText(agent.machine.tailnet_ip ?? "")
      .waitFor();
    await fact(member, "Machine", "Owner").getByText(OWNER.email).waitFor();
    const sections = member.page.getByRole("navigation", { name: "Sections" }).getByRole("link");
    expect(await sections.allInnerTexts()).toEqual(["Overview", "Desktops"]);
    expect(await member.page.getByRole("button", { name: "More actions" }).count()).toBe(0);
    expect(await member.page.getByRole("button", { name: "Rename" }).count()).toBe(0);
    await openMachine(agent.machine.id, "?tab=history", member);
    await member.page.getByText("Only owners, admins and auditors see the history").waitFor();
    await openMachine(agent.machine.id, "?tab=sessions", member);
    await member.page.getByText("Only owners and admins see sessions").waitFor();

    const auditor = await aTab(await system.person("auditor"));
    await openMachine(agent.machine.id, "?tab=history", auditor);
    await auditor.page.getByRole("table", { name: "History" }).getByText("machine.registered").first().waitFor();
    // Nothing was even asked that would have been refused, and recorded.
    expect([...member.wrongs, ...auditor.wrongs]).toEqual([]);
  });
});

describe.each(LOOKS)("accessibility and size, %s", (name, look) => {
  const check = (state: string) => tab.looksRight(`machines ${name} ${state}`);
  const longName = "a-machine-whose-name-is-as-long-as-names-of-machines-in-clouds-happen-to-be";

  beforeEach(async () => {
    tab = await tab.instead({ as: system.owner, ...look });
  });

  test("of the list, and of a page about no machine", async () => {
    await aMachine(longName, { tags: ["a-tag-that-is-rather-long-for-a-tag"] });
    await aMachine("quiet", { offline: true, tags: ["prod"] });
    await tab.page.goto("/machines");
    await rowOf(tab, "quiet").waitFor();
    await check("list");
    await tab.page.goto("/machines?tag=prod&status=offline");
    await rowOf(tab, "quiet").waitFor();
    await check("filtered");
    await tab.page.goto("/machines/gone");
    await tab.page.getByText("There is no such machine here").waitFor();
    await check("gone");
    expect(tab.wrongs).toEqual([]);
  });

  test("of a machine's facts, and of what is asked before something is done to it", async () => {
    const { machine_id } = await aMachine(longName, { tags: ["prod", "a-tag-that-is-rather-long-for-a-tag"] });
    await openMachine(machine_id);
    await fact(tab, "Enrolment", "Auth key").waitFor();
    await check("overview");
    for (const action of ["Rename…", "Edit tags…", "Switch sessions off…", "Disable…", "Delete…"]) {
      await chooseAction(action);
      await tab.page.getByRole("dialog").waitFor();
      await check(action.replace("…", ""));
      await tab.page.keyboard.press("Escape");
      await tab.page.getByRole("dialog").waitFor({ state: "detached" });
    }
    expect(tab.wrongs).toEqual([]);
  });

  test("of its lists", async () => {
    await runCommand();
    await openMachine(agent.machine.id, "?tab=sessions");
    await tab.page.getByRole("region", { name: "Ended lately" }).getByRole("table").waitFor();
    await check("sessions");
    await openMachine(agent.machine.id, "?tab=desktops");
    await tab.page.getByText("No desktop session has ended").waitFor();
    await check("desktops");
    await openMachine(agent.machine.id, "?tab=commands");
    await tab.page.getByRole("table", { name: "Commands" }).waitFor();
    await check("commands");
    await openMachine(agent.machine.id, "?tab=history");
    await tab.page.getByRole("table", { name: "History" }).waitFor();
    await check("history");
    expect(tab.wrongs).toEqual([]);
  });
});

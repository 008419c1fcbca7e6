/** The audit log's page: what was done is found, read, checked and taken along. */
import { readFile } from "node:fs/promises";
import { auditApi, authKeyApi } from "@sallyport/protocol";
import type { Browser, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { OWNER, System } from "../harness/system.ts";

let system: System;
let browser: Browser;
let tab: Tab;

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  await system.register("Linux-C");
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

const makeKey = (name: string, who = system.owner) =>
  who.api.act(authKeyApi, "create_auth_key", { org_id: who.orgId, name });

const table = (): Locator => tab.page.getByRole("table", { name: "Audit log" });
const row = (text: RegExp): Locator => table().getByRole("row", { name: text });
const dialog = (): Locator => tab.page.getByRole("dialog");

async function openLog(search = ""): Promise<void> {
  await tab.page.goto(`/audit-log${search}`);
  await tab.page.getByRole("heading", { name: "Audit log", exact: true }).waitFor();
}

/** Waits for the address to say what is filtered. */
const addressHas = (part: RegExp) => tab.page.waitForURL((url) => part.test(decodeURIComponent(url.search)));

/** Rows in the owner's chain, as many as asked for, of one kind that nothing else makes. */
async function fill(count: number): Promise<void> {
  const { orgId } = system.owner;
  await system.sql(`WITH head AS (SELECT seq FROM audit_heads WHERE chain = '${orgId}')
    INSERT INTO audit_logs (id, chain, seq, org_id, action, resource_type, resource_id, metadata, created_at, prev_hash, hash)
    SELECT gen_random_uuid(), '${orgId}', head.seq + n, '${orgId}', 'machine.renamed', 'machine', 'filler', jsonb_build_object('machine_name', 'filler-' || n), now(), 'x', 'y'
    FROM head, generate_series(1, ${count}) n RETURNING 1`);
  await system.sql(`UPDATE audit_heads SET seq = seq + ${count} WHERE chain = '${orgId}' RETURNING 1`);
}

test("RS-033 X-44 the log is narrowed by action and by text, in the address, and each part can be taken away", async () => {
  await makeKey("needle in the log");
  await openLog();
  await row(/auth_key\.created .*needle in the log/)
    .first()
    .waitFor();
  await row(/machine\.registered .*Linux-C/).waitFor();

  // Any part of an action.
  await tab.page.getByRole("combobox", { name: "Action" }).fill("machine.reg");
  await addressHas(/event=machine\.reg$/);
  await row(/auth_key\.created/)
    .first()
    .waitFor({ state: "detached" });
  // Its head is a row, too.
  await expect.poll(() => table().getByRole("row").count()).toBe(2);
  await tab.page.getByRole("button", { name: "Remove the filter Action: machine.reg" }).click();
  await row(/auth_key\.created/)
    .first()
    .waitFor();
  expect(await tab.page.getByRole("combobox", { name: "Action" }).inputValue()).toBe("");

  // Text, by the keyboard; Escape takes it away.
  await tab.page.keyboard.press("/");
  await tab.page.keyboard.type("NEEDLE in");
  await addressHas(/text=NEEDLE.in$/);
  await row(/machine\.registered/).waitFor({ state: "detached" });
  await row(/needle in the log/).waitFor();
  await tab.page.reload();
  await row(/needle in the log/).waitFor();
  expect(await tab.page.getByRole("searchbox", { name: "Search the log" }).inputValue()).toBe("NEEDLE in");
  await tab.page.getByRole("searchbox", { name: "Search the log" }).press("Escape");
  await row(/machine\.registered/).waitFor();
  await tab.page.getByRole("combobox", { name: "Class" }).selectOption("Refusals");
  await tab.page.getByRole("combobox", { name: "Time" }).selectOption("Last hour");
  await addressHas(/class=denied&last=1h/);
  await tab.page.getByText("No entry matches").waitFor();
  await tab.page.getByRole("button", { name: "Remove all" }).click();
  await row(/machine\.registered/).waitFor();
  expect(tab.wrongs).toEqual([]);
});

test("an entry shows everything in it by the keyboard, leads to its neighbours, and narrows the log to its like", async () => {
  await openLog();
  await table().waitFor();
  const { id } = await makeKey("the opened one");
  await row(/the opened one/).waitFor();
  await tab.page.keyboard.press("j");
  await tab.page.keyboard.press("Enter");
  const opened = dialog();
  await opened.getByRole("heading", { name: "auth_key.created" }).waitFor();
  const said = await opened.innerText();
  const { logs } = await system.owner.api.act(auditApi, "search", { org_id: system.owner.orgId, text: id });
  const [entry] = logs;
  for (const part of [
    OWNER.email,
    id,
    "127.0.0.1",
    String(entry?.seq),
    entry?.hash,
    entry?.prev_hash,
    "the opened one",
  ])
    expect(said).toContain(part);
  await addressHas(new RegExp(`entry=${entry?.seq}$`));
  await opened.getByRole("button", { name: "Older" }).click();
  await addressHas(new RegExp(`entry=${(entry?.seq ?? 0) - 1}$`));
  await opened.getByRole("button", { name: "Newer" }).click();
  await opened.getByRole("button", { name: "About this auth key" }).click();
  await addressHas(new RegExp(`id=${id}`));
  await opened.waitFor({ state: "detached" });
  await tab.page.getByText("1 found, newest first").waitFor();

  // The address of an entry is one that another person can open.
  await tab.page.goto(`/audit-log?event=org.created&entry=${entry?.seq}`);
  await opened.getByText("the opened one").first().waitFor();
  await tab.page.keyboard.press("Escape");
  await opened.waitFor({ state: "detached" });
  await tab.page.goto("/audit-log?entry=999999999");
  await opened.getByText("There is no entry 999999999").waitFor();
  expect(tab.wrongs).toEqual([]);
});

test("what another person does comes by itself on top; further down it waits behind a button", async () => {
  await openLog();
  await table().waitFor();
  await makeKey("seen at once");
  await row(/seen at once/).waitFor();

  await fill(150);
  await tab.page.reload();
  await row(/filler-150/).waitFor();
  await tab.page.mouse.wheel(0, 2_000);
  await row(/filler-110/).waitFor();
  await makeKey("announced one");
  await makeKey("announced two");
  const news = tab.page.getByRole("button", { name: "2 new entries" });
  await news.waitFor();
  expect(await row(/announced/).count()).toBe(0);
  await news.click();
  await row(/announced two/).waitFor();
  await row(/announced one/).waitFor();
  expect(await tab.page.evaluate(() => window.scrollY)).toBe(0);
  expect(tab.wrongs).toEqual([]);
});

test("older entries come as one scrolls, down to the first", async () => {
  await fill(300);
  await openLog();
  await row(/filler-300/).waitFor();
  await system.until(async () => {
    await tab.page.mouse.wheel(0, 3_000);
    return (await row(/org\.created/).count()) > 0;
  }, "the first entry of the log");
  // Of hundreds of rows only those near the window are drawn.
  expect(await table().getByRole("row").count()).toBeLessThan(100);
  expect(tab.wrongs).toEqual([]);
});

test("T6.1 a check says that the chain is intact; once the database was tampered with, where and what that means", async () => {
  const tenant = await system.tenant();
  const { orgId } = tenant;
  for (const name of ["one", "two", "three"]) await makeKey(name, tenant);
  tab = await tab.instead({ as: tenant });
  await tab.page.goto("/audit-log");
  await tab.page.getByText("4 recorded, newest first").waitFor();
  await tab.page.getByRole("button", { name: "Verify the chain" }).click();
  await tab.page.getByText("The chain is intact").waitFor();
  await tab.page.getByText("4 entries, none erased").waitFor();

  await system.sql(`UPDATE audit_logs SET metadata = '{}' WHERE chain = '${orgId}' AND seq = 3 RETURNING 1`);
  await tab.page.getByRole("button", { name: "Verify the chain" }).click();
  const alarm = tab.page.getByRole("alert");
  await alarm.getByText("The chain is broken at entry 3").waitFor();
  expect(await alarm.innerText()).toContain("the entry was changed after it was written");
  await alarm.getByRole("button", { name: "Show entry 3" }).click();
  await dialog().getByRole("heading", { name: "auth_key.created" }).waitFor();
  expect(tab.wrongs).toEqual([]);
});

test("what is filtered is exported, as JSON lines and as CSV, and that is recorded", async () => {
  await makeKey("exported one");
  await openLog("?event=auth_key.created&text=exported+one");
  await row(/exported one/).waitFor();
  for (const [format, name, wanted] of [
    ["JSON lines", /^audit-[\d-]+\.jsonl$/, /^\{"id":.*"name":"exported one".*\}\n$/],
    ["CSV", /^audit-[\d-]+\.csv$/, /^chain,seq,.*\r\n[^\r\n]*auth_key\.created[^\r\n]*\r\n$/],
  ] as const) {
    await tab.page.getByRole("button", { name: "Export", exact: true }).click();
    await dialog().getByText("Text: exported one").waitFor();
    await dialog().getByRole("button", { name: format, exact: true }).click();
    const saving = tab.page.waitForEvent("download");
    await dialog().getByRole("button", { name: "Download" }).click();
    const file = await saving;
    expect(file.suggestedFilename()).toMatch(name);
    expect(await readFile(await file.path(), "utf8")).toMatch(wanted);
    await dialog().waitFor({ state: "detached" });
  }
  await tab.page.goto("/audit-log?event=audit.exported");
  await row(/audit\.exported .*format csv/).waitFor();
  await row(/audit\.exported .*format jsonl/).waitFor();
  expect(tab.wrongs).toEqual([]);
});

test("an auditor reads the log; a member is told that it is not his, and nothing of it is asked for", async () => {
  tab = await tab.instead({ as: await system.person("auditor") });
  // Of a long log only what is in sight is drawn.
  await tab.page.goto("/audit-log?event=machine.registered");
  await row(/machine\.registered .*Linux-C/)
    .first()
    .waitFor();

  tab = await tab.instead({ as: await system.person("member") });
  const asked: string[] = [];
  tab.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await tab.page.goto("/audit-log");
  await tab.page.getByText("Only owners, admins and auditors see the audit log").waitFor();
  expect(await tab.page.getByRole("button", { name: "Export", exact: true }).count()).toBe(0);
  expect(asked).not.toContain("/api/audit");
  expect(tab.wrongs).toEqual([]);
});

test("a failing server is said, and asked again on demand", async () => {
  await tab.page.route("**/api/audit", (route) => route.abort());
  await tab.page.goto("/audit-log?event=machine.registered");
  await tab.page.getByText("Could not load the audit log").waitFor();
  await tab.page.unroute("**/api/audit");
  await tab.page.getByRole("button", { name: "Try again" }).click();
  await row(/machine\.registered .*Linux-C/)
    .first()
    .waitFor();
});

test.each(LOOKS)("the page and its dialogs have no accessibility violations and fit: %s", async (name, look) => {
  tab = await tab.instead({ as: system.owner, ...look });
  const check = (state: string) => tab.looksRight(`audit log ${name} ${state}`);
  await openLog("?event=auth_key.created&since=2026-01-01T00:00:00.000Z");
  await row(/auth_key\.created/)
    .first()
    .waitFor();
  await check("filtered");
  await tab.page.getByRole("button", { name: "Verify the chain" }).click();
  await tab.page.getByText(/^The chain is/).waitFor();
  await check("verified");
  await row(/auth_key\.created/)
    .first()
    .click();
  await dialog().waitFor();
  await check("entry");
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("button", { name: "Export", exact: true }).click();
  await dialog().waitFor();
  await check("export");
});

/** `gatekey-admin login` in the browser: a real command line waits, a real page confirms. */
import { auditApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { Program, runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, System } from "../harness/system.ts";

let system: System;
let browser: Browser;
let tab: Tab;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let environment: Record<string, string>;
const waiting: Program[] = [];

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  // The page behind the sign-in has something to show.
  await system.register();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});
beforeEach(async () => {
  tab = await Tab.open(browser, system.url);
  folder = await temporaryFolder();
  environment = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: `${folder.path}/config.yaml` };
});
afterEach(async () => {
  for (const program of waiting.splice(0)) await program.stop("SIGKILL");
  await tab.close();
  await folder.remove();
});

/** A command line that has shown where to go, and waits. */
async function login(): Promise<{ program: Program; page: string; code: string }> {
  const program = new Program("gatekey-admin", ["login", "--no-browser"], environment);
  waiting.push(program);
  const [, page = "", code = ""] = await program.said(/(http\S+\/device\?code=\S+)\s.*shows the code (\S+)/s);
  return { program, page, code };
}

async function signInThere(): Promise<void> {
  await tab.page.waitForURL(/\/sign-in/);
  await tab.page.getByLabel("E-mail address").fill(OWNER.email);
  await tab.page.getByLabel("Password", { exact: true }).fill(OWNER.password);
  await tab.page.getByRole("button", { name: "Sign in" }).click();
}

test("GK-101 a person signs in, sees what asks and from where, approves, and the command line is signed in", async () => {
  const { program, page, code } = await login();
  await tab.page.goto(page);
  await signInThere();
  const request = tab.page.getByRole("region", { name: "Request" });
  await request.getByText(code, { exact: true }).waitFor();
  const shown = await request.innerText();
  expect(shown).toMatch(/gatekey-admin on /);
  expect(shown).toContain("127.0.0.1");
  expect(shown).toContain(OWNER.email);
  await tab.page.getByRole("button", { name: "Approve" }).click();
  await tab.page.getByText("Approved", { exact: true }).waitFor();

  const status = await program.exited;
  expect([status, program.stderr]).toEqual([
    0,
    expect.stringContaining(`Signed in to ${system.url} as ${OWNER.email}.`),
  ]);
  const { stdout } = await runProgram("gatekey-admin", ["whoami", "-o", "json"], environment);
  expect(JSON.parse(stdout)).toMatchObject({ user: { email: OWNER.email }, means: "sign-in" });
  expect(tab.wrongs).toEqual([]);

  const { logs } = await system.owner.api.act(auditApi, "search", {
    org_id: system.owner.orgId,
    event: "user.signed_in",
  });
  expect(logs[0]?.metadata).toMatchObject({ client_name: expect.stringMatching(/^gatekey-admin on /) });

  // The same address again is of no use to anybody.
  await tab.page.goto(page);
  await tab.page.getByText("Nothing waits with this code").waitFor();
});

test("GK-101 what is refused is told to the command line, and signs nobody in", async () => {
  const { program, page } = await login();
  await tab.page.goto(page);
  await signInThere();
  await tab.page.getByRole("button", { name: "Refuse" }).click();
  await tab.page.getByText("Refused", { exact: true }).waitFor();
  expect(await program.exited).toBe(3);
  expect(program.stderr).toContain("SIGN_IN_REFUSED: ");
  const { status } = await runProgram("gatekey-admin", ["whoami"], environment);
  expect(status).toBe(3);
});

test("GK-101 the code can be typed on another computer, as people type", async () => {
  const { program, code } = await login();
  tab = await tab.instead({ as: system.owner });
  await tab.page.goto("/device");
  const field = tab.page.getByLabel("Code from your terminal");
  await field.fill("no code");
  await tab.page.getByRole("button", { name: "Continue" }).click();
  await tab.page.getByText("Enter the eight letters").waitFor();
  await field.fill(` ${code.replace("-", " ").toLowerCase()} `);
  await field.press("Enter");
  await tab.page.getByRole("button", { name: "Approve" }).click();
  expect(await program.exited).toBe(0);
});

test.each(LOOKS)("the page has no accessibility violations and fits: %s", async (name, look) => {
  tab = await tab.instead({ as: system.owner, ...look });
  const check = (state: string) => tab.looksRight(`device ${name} ${state}`);
  const { page } = await login();
  await tab.page.goto("/device");
  await tab.page.getByLabel("Code from your terminal").waitFor();
  await check("empty");
  await tab.page.goto(page);
  await tab.page.getByRole("button", { name: "Approve" }).waitFor();
  await check("asked");
  await tab.page.getByRole("button", { name: "Approve" }).click();
  await tab.page.getByText("Approved", { exact: true }).waitFor();
  await check("approved");
});

/** Network tools from the dashboard: stand-ins on the control plane, the system's own on a real agent. */
import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { troubleshootApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { LOOKS, launchBrowser, Tab } from "../harness/browser.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { temporaryFolder } from "../harness/programs.ts";
import { System } from "../harness/system.ts";

let system: System;
let browser: Browser;
let tab: Tab;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

/** What stands for a tool on the control plane. */
const tool = (name: string, script: string) =>
  writeFile(join(folder.path, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
const PINGED = [
  "echo '64 bytes from 8.8.8.8: icmp_seq=1 ttl=64 time=1.5 ms'",
  "echo '4 packets transmitted, 2 received, 50% packet loss, time 3004ms'",
  "echo 'rtt min/avg/max/mdev = 1.0/2.5/30.0/0.5 ms'",
].join("\n");

beforeAll(async () => {
  folder = await temporaryFolder();
  // The tools run as nobody when the tests run as root.
  await chmod(folder.path, 0o755);
  await mkdir(join(folder.path, "bin"));
  await tool("ping", PINGED);
  await tool("nc", "exit 0");
  await tool("nslookup", "echo only-while-it-runs; exec sleep 600");
  system = await System.start({
    ...(await anyDatabase()),
    TROUBLESHOOT_TOOLS: join(folder.path, "bin"),
    // Not 127.0.0.1, where the server may have its data.
    TROUBLESHOOT_ALLOW: "127.0.0.2/32",
  });
  await system.startAgent("edge-1");
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
  await folder?.remove();
});
beforeEach(async () => {
  tab = await Tab.open(browser, system.url, { as: system.owner });
});
afterEach(() => tab.close());

async function openDiagnostics(query = ""): Promise<void> {
  await tab.page.goto(`/diagnostics${query}`);
  await tab.page.getByRole("checkbox", { name: /edge-1/ }).waitFor();
}

const ask = () => tab.page.getByRole("button", { name: /^Run( from|$)/ }).click();
const place = (name: string) =>
  tab.page.getByRole("table", { name: "Comparison" }).getByRole("row", { name: new RegExp(name) });

test.runIf(existsSync("/usr/bin/nc"))(
  "a question in the address is asked from two places, and where they differ is marked",
  async () => {
    await openDiagnostics("?tool=nc&target=127.0.0.2&port=1");
    await tab.page.getByRole("checkbox", { name: /edge-1/ }).check();
    expect(await tab.page.getByLabel("Port", { exact: true }).inputValue()).toBe("1");
    await ask();
    // Of the stand-in it is open; nothing listens there in truth.
    await place("Control Plane").getByText("open", { exact: true }).waitFor();
    await place("edge-1").getByText("closed", { exact: true }).waitFor();
    expect(await tab.page.getByText("differs", { exact: true }).count()).toBe(2);
    const { searchParams } = new URL(tab.page.url());
    expect(Object.fromEntries(searchParams)).toMatchObject({ tool: "nc", target: "127.0.0.2", port: "1" });
    expect(searchParams.get("at")).toMatch(/^control-plane machine:/);
    expect(tab.wrongs).toEqual([]);
  },
);

test("what was found is kept in this browser, without what the tool wrote, and can be asked again", async () => {
  await openDiagnostics();
  await tab.page.getByLabel("Target", { exact: true }).fill("8.8.8.8");
  await ask();
  await place("Control Plane").getByText("50 % (2 of 4 came back)").waitFor();
  await tab.page.getByText("icmp_seq=1").waitFor();
  const kept = await tab.page.evaluate(() => localStorage.getItem("sallyport_diagnostics"));
  expect(kept).toContain("loss_percent");
  expect(kept).not.toContain("icmp_seq");

  await tab.page.goto("/diagnostics");
  await tab.page.getByRole("button", { name: "ping 8.8.8.8", exact: true }).click();
  await place("Control Plane").getByText("50 % (2 of 4 came back)").waitFor();
  await tab.page.getByText("What the tool wrote is not kept.").waitFor();
  await tab.page
    .getByRole("button", { name: /^Run again/ })
    .first()
    .click();
  await tab.page.getByText("icmp_seq=1").waitFor();
  expect(tab.wrongs).toEqual([]);
});

test("what a tool writes is shown while it runs; stopping ends it", async () => {
  await openDiagnostics("?tool=nslookup&target=example.com");
  await ask();
  await tab.page.getByText("only-while-it-runs").waitFor();
  await place("Control Plane").getByText("Running").waitFor();
  await tab.page.getByRole("button", { name: "Stop", exact: true }).click();
  await place("Control Plane").getByText("Stopped").waitFor();
  await tab.page.getByText("only-while-it-runs").waitFor();
  // The place is free again.
  await tab.page.getByLabel("Tool", { exact: true }).selectOption("ping");
  await tab.page.getByLabel("Target", { exact: true }).fill("8.8.8.8");
  await ask();
  await place("Control Plane").getByText("Success").waitFor();
  expect(tab.wrongs).toEqual([]);
});

test("the server's limits and refusals are said in its words, where they are about", async () => {
  await openDiagnostics("?tool=ping&target=169.254.169.254");
  await ask();
  await place("Control Plane")
    .getByText(/may not reach 169\.254\.169\.254, a cloud's metadata service/)
    .waitFor();

  // Two run there already.
  const body = { org_id: system.owner.orgId, tool: "nslookup", target: "example.com" } as const;
  const stop = new AbortController();
  const under = { signal: stop.signal, timeoutMs: 60_000 };
  const begun = [1, 2].map(
    () =>
      new Promise<void>((resolve) => {
        const onProgress = () => resolve();
        system.owner.api.follow(troubleshootApi, "run", body, { ...under, onProgress }).catch(() => {});
      }),
  );
  onTestFinished(() => stop.abort());
  await Promise.all(begun);
  await tab.page.getByLabel("Target", { exact: true }).fill("8.8.8.8");
  await ask();
  await place("Control Plane").getByText("2 diagnostics run there already").waitFor();
  await tab.page.getByText("Nothing is tried again by itself").waitFor();
});

test("what is wrong with a question is said at its field", async () => {
  await openDiagnostics("?tool=nmap&ports=90-80");
  await ask();
  await tab.page.getByText("Enter a host name or an address").waitFor();
  await tab.page.getByText("From 1 to 65535, each range from low to high").waitFor();
  expect(await tab.page.getByRole("table", { name: "Comparison" }).count()).toBe(0);
});

test("what another person ran is listed without a reload", async () => {
  await openDiagnostics("?history=all");
  const { api, orgId: org_id } = system.owner;
  await tab.page.getByRole("heading", { name: "History", exact: true }).waitFor();
  const listed = tab.page.getByRole("row", { name: /ping 9\.9\.9\.9/ });
  expect(await listed.count()).toBe(0);
  await api.act(troubleshootApi, "run", { org_id, tool: "ping", target: "9.9.9.9", count: 7 });
  await listed.getByText("success").waitFor();
  await listed.getByRole("button", { name: /^Run again/ }).click();
  await place("Control Plane").getByText("50 % (2 of 4 came back)").waitFor();
  expect(await tab.page.getByLabel("Echo requests").inputValue()).toBe("7");
  expect(tab.wrongs).toEqual([]);
});

test("a member is refused", async () => {
  tab = await tab.instead({ as: await system.person("member") });
  await tab.page.goto("/diagnostics");
  await tab.page.getByText("Only owners and admins run diagnostics").waitFor();
  expect(tab.wrongs).toEqual([]);
});

test.each(LOOKS)("the page has no accessibility violations and fits: %s", async (name, look) => {
  tab = await tab.instead({ as: system.owner, ...look });
  const check = (state: string) => tab.looksRight(`diagnostics ${name} ${state}`);
  await openDiagnostics("?tool=ping&target=127.0.0.2");
  await check("empty");
  await tab.page.getByRole("checkbox", { name: /edge-1/ }).check();
  await ask();
  await tab.page.getByText("2 of 2 done").waitFor();
  await place("Control Plane").getByRole("button", { name: "Control Plane" }).click();
  await tab.page.getByRole("region", { name: "Output" }).waitFor();
  await check("compared");
  await tab.page.getByRole("button", { name: "Everybody" }).click();
  await tab.page.getByRole("table", { name: "Runs of everybody" }).waitFor();
  await check("everybody");
  expect(tab.wrongs).toEqual([]);
});

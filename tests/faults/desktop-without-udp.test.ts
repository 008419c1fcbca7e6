/** A desktop of a machine from which UDP cannot pass: its network is made, so nothing else that browses runs beside this. */
import { desktopApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { launchBrowser, Tab } from "../harness/browser.ts";
import { Coturn } from "../harness/coturn.ts";
import { freePort } from "../harness/free-port.mjs";
import { connected, paint, picture } from "../harness/painted-desktop.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { type RunningAgent, System } from "../harness/system.ts";
import { XDisplay } from "../harness/x-display.ts";
import { NetworkNamespace } from "./netns.ts";

const WAIT_MS = 40_000;
// Some wait several times for so long.
vi.setConfig({ testTimeout: 180_000 });

let browser: Browser;
const tabs: Tab[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());
afterEach(async () => {
  for (const each of tabs.splice(0)) await each.close();
});

async function open(system: System, { machine }: RunningAgent, query = ""): Promise<Tab> {
  const tab = await Tab.open(browser, system.url, { as: system.owner, width: 1320, height: 900 });
  tabs.push(tab);
  tab.page.setDefaultTimeout(WAIT_MS);
  await tab.page.goto(`/remote-desktop/${machine.id}${query}`);
  return tab;
}

const noNamespace = NetworkNamespace.unavailable();
if (noNamespace) console.warn(`Skipped: what needs a network namespace. ${noNamespace}`);

describe.skipIf(noNamespace !== undefined)("a machine from which UDP cannot pass", () => {
  let system: System;
  let display: XDisplay;
  let agent: RunningAgent;
  let network: NetworkNamespace;
  beforeAll(async () => {
    display = await XDisplay.start();
    paint(display);
    network = NetworkNamespace.create();
    network.dropUdp();
    // The viewer is where browsers allow everything; the machine comes from its own network.
    const port = await freePort();
    const control = `http://${network.hostAddress}:${port}`;
    system = await System.start({ ...(await anyDatabase()), HOST: "0.0.0.0", PORT: String(port), NODE_URL: control });
    const environment = { ZTNA_DESKTOP: "on", ZTNA_DISPLAY: display.name };
    agent = await system.startAgent("desk", environment, { under: network.under, control });
  });
  afterAll(async () => {
    await system?.stop();
    network?.remove();
    display?.stop();
  });

  afterEach(async () => {
    const { api, orgId } = system.owner;
    await api.act(desktopApi, "terminate", { org_id: orgId, machine_id: agent.machine.id });
  });

  test("shows its desktop through the control plane, by itself, and says why", async () => {
    const tab = await open(system, agent);
    await tab.page.getByText("· through the control plane").waitFor();
    await picture(system, tab);
    expect(tab.wrongs).toEqual([]);
  });

  test("shows it through a TURN server that takes TCP, with credentials of the session", async () => {
    const turn = await Coturn.start(network.hostAddress, "a secret of the relay");
    const links = () => agent.program.stderr.match(/WebSocket connected/g)?.length ?? 0;
    const before = links();
    try {
      await system.server.stop();
      await system.startServer({
        TURN_URLS: `turn:${turn.host}:${turn.port}?transport=tcp`,
        TURN_SECRET: turn.secret,
        TURN_TTL_SECONDS: "3600",
      });
      await system.until(() => links() > before, "the machine to be back");
      // However busy the computer is.
      const tab = await open(system, agent, "?transport=webrtc");
      await connected(tab);
      await tab.page.getByRole("button", { name: "Picture" }).click();
      await tab.page.getByText("Show statistics").click();
      // Whose relay it is of the two is as it comes; neither sends anything but TCP.
      await tab.page.getByText(/^through (TURN over TCP|the machine's TURN)$/).waitFor();
      await picture(system, tab);
      expect(turn.said).toMatch(/user <\d+:[0-9a-f-]{36}>: incoming packet ALLOCATE processed, success/);
    } finally {
      await turn.stop();
    }
  });
});

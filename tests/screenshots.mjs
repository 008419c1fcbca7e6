// Every page of the dashboard as docs/dashboard.md shows it: a real control plane, real agents, a real browser.
//
//     npm run build && node tests/screenshots.mjs [FOLDER]
//
// FOLDER is docs/screenshots by default. Wide ones are 1440 pixels, those of a phone 390.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { authKeyApi, databaseApi, nodeAdminApi, organisationApi } from "@sallyport/protocol";
import { launchBrowser, Tab } from "./dist/harness/browser.js";
import { OWNER, System } from "./dist/harness/system.js";
import { XDisplay } from "./dist/harness/x-display.js";

const folder = process.argv[2] ?? fileURLToPath(new URL("../docs/screenshots", import.meta.url));
const LOOKS = {
  wide: { width: 1440, height: 900, dark: true },
  phone: { width: 390, height: 844, dark: false, touch: true },
};

mkdirSync(folder, { recursive: true });
const system = await System.start();
const display = await XDisplay.start({ size: "1280x800" });
const browser = await launchBrowser();
try {
  const { machine, desk } = await fill();
  for (const [size, look] of Object.entries(LOOKS)) {
    const tab = await Tab.open(browser, system.url, look);
    const { page } = tab;
    const take = async (name) => {
      await page.waitForTimeout(600);
      await page.screenshot({ path: `${folder}/${name}-${size}.png` });
    };
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await take("sign-in");
    await tab.signIn(OWNER.email, OWNER.password);
    await page.getByText(machine.name).first().waitFor();
    await take("machines");
    const go = async (path, name) => {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      await take(name);
    };
    await go(`/machines/${machine.id}`, "machine");
    await go("/machines/add", "add-machine");
    await page.goto(`/terminal/${machine.id}`);
    await page.getByText("Connected", { exact: true }).first().waitFor();
    await page.keyboard.type("uname -sr && uptime\n");
    if (size === "wide") await page.keyboard.press("Control+Shift+E");
    await take("terminal");
    await page.goto(`/remote-desktop/${desk.id}`);
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.waitForTimeout(1_500);
    await take("desktop");
    await go("/sessions", "sessions");
    await go("/commands", "commands");
    await go("/diagnostics?tool=ping&target=127.0.0.1", "diagnostics");
    await go("/auth-keys", "auth-keys");
    await go("/api-keys", "api-keys");
    await go("/access-rules", "access-rules");
    await go("/members", "members");
    await go("/audit-log", "audit-log");
    await go("/billing", "billing");
    await go("/settings", "settings");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Command palette" }).getByRole("option").first().waitFor();
    await take("palette");
    await tab.close();
  }
} finally {
  await browser.close();
  await system.stop();
  display.stop();
}
console.log(`Screenshots are in ${folder}`);

/** An organisation in which there is something of everything. */
async function fill() {
  const { api, orgId: org_id } = system.owner;
  const agents = [];
  for (const name of ["web-1", "web-2", "build-7"]) agents.push(await system.startAgent(name));
  await system.register("old-laptop");
  for (const [kind, name] of [
    ["hub", "hub-berlin"],
    ["gateway", "office"],
  ]) {
    await api.act(nodeAdminApi, "create", { org_id, kind, name, agent_id: name });
  }
  await api.act(authKeyApi, "create_auth_key", { org_id, name: "CI runners", reusable: true, ephemeral: true });
  await api.act(authKeyApi, "create_auth_key", { org_id, name: "one laptop", expiry_days: 3 });
  await api.act(authKeyApi, "create_api_key", { org_id, name: "deploy script" });
  for (const [email, role] of [
    ["mina@example.com", "admin"],
    ["jonas@example.com", "member"],
    ["audit@example.com", "auditor"],
  ]) {
    await api.act(organisationApi, "add_member", { org_id, email, role, password: "a long password of nobody" });
  }
  for (const [name, action, source, destination, priority] of [
    ["Members see the web servers", "allow", "*", "*", 200],
    ["Nobody else's laptops", "deny", "*", "old-laptop", 100],
  ]) {
    await api
      .call(databaseApi.insert, {
        params: { table: "acl_rules" },
        query: {},
        body: { org_id, name, action, source, destination, priority },
      })
      .catch((error) => console.error(`rule ${name}: ${error.message}`));
  }
  display.run(
    "xterm",
    "-geometry",
    "100x34+40+40",
    "-fa",
    "Monospace",
    "-fs",
    "10",
    "-bg",
    "#14213d",
    "-fg",
    "#e5e5e5",
    "-e",
    "top",
  );
  display.run(
    "xterm",
    "-geometry",
    "70x16+640+480",
    "-fa",
    "Monospace",
    "-fs",
    "10",
    "-bg",
    "#fdf6e3",
    "-fg",
    "#073642",
  );
  const desk = await system.startAgent("office-pc", { ZTNA_DESKTOP: "on", ZTNA_DISPLAY: display.name });
  return { machine: { id: agents[0].machine.id, name: "web-1" }, desk: desk.machine };
}

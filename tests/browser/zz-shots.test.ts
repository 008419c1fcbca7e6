import AxeBuilder from "@axe-core/playwright";
import { test } from "vitest";
import { launchBrowser, Tab } from "../harness/browser.ts";
import { OWNER, System } from "../harness/system.ts";

const OUT = "/work/shared/shots-resume-web";
test("shots", { timeout: 300_000 }, async () => {
  const system = await System.start();
  const agent = await system.startAgent("Linux-C");
  const browser = await launchBrowser();
  try {
    for (const [dark, width] of [
      [true, 1440],
      [false, 1440],
      [true, 390],
      [false, 390],
    ] as const) {
      const name = `${dark ? "dark" : "light"}-${width}`;
      const tab = await Tab.open(browser, system.url, { dark, width, height: width > 500 ? 800 : 780 });
      const shot = async (what: string) => {
        await tab.page.waitForTimeout(250);
        await tab.page.screenshot({ path: `${OUT}/${what}-${name}.png` });
        const { violations } = await new AxeBuilder({ page: tab.page })
          .withTags(["wcag2a", "wcag2aa", "wcag21aa"])
          .analyze();
        for (const { id, nodes } of violations) console.log(what, name, id, nodes[0]?.html, nodes[0]?.failureSummary);
      };
      await tab.signIn(OWNER.email, OWNER.password);
      await tab.page.goto(`/terminal/${agent.machine.id}?renderer=dom`);
      await tab.page.getByText("Connected", { exact: true }).waitFor();
      await tab.shows(/[#$] *$/m);
      await tab.page.keyboard.type("ls --color=always /etc | head -20\n");
      await tab.page.waitForTimeout(6_000);
      await shot("connected");
      await tab.page.getByRole("button", { name: "Session", exact: true }).click();
      await shot("session-menu");
      await tab.page.keyboard.press("Escape");
      await tab.page.getByRole("button", { name: "Terminal settings" }).click();
      await shot("settings");
      await tab.page.keyboard.press("Escape");
      await tab.page.locator(".xterm-helper-textarea").focus();
      await tab.page.keyboard.type("ls");
      await tab.shows(/[#$] ls/);
      const other = await Tab.beside(tab);
      await other.page.goto(tab.page.url());
      await other.page.getByLabel("Open in another window").waitFor();
      await other.page.waitForTimeout(300);
      await other.page.screenshot({ path: `${OUT}/elsewhere-${name}.png` });
      await other.page.getByRole("button", { name: "Take over" }).click();
      await tab.page.getByRole("button", { name: "Take it back" }).waitFor();
      await shot("taken-over");
      await other.page
        .getByRole("button", { name: "Show earlier output" })
        .waitFor({ timeout: 3_000 })
        .catch(() => {});
      await other.page.screenshot({ path: `${OUT}/new-window-${name}.png` });
      await tab.page.getByRole("button", { name: "Take it back" }).click();
      await tab.page.getByText("Connected again", { exact: true }).waitFor();
      await tab.page.locator(".xterm-helper-textarea").focus();
      await tab.page.keyboard.type(" -");
      await tab.page.waitForTimeout(300);
      await system.server.stop("SIGKILL");
      await tab.page.getByText("Reconnecting", { exact: true }).waitFor();
      await tab.page.keyboard.type("la /var/log\nmore");
      await tab.page.getByRole("button", { name: "Reconnect now" }).waitFor();
      for (let n = 0; n < 200; n++) {
        if (/in [3-9] s/.test(await tab.page.locator("header").innerText())) break;
        await tab.page.waitForTimeout(100);
      }
      await shot("reconnecting-pending");
      await system.startServer();
      await tab.page.getByText(/^Connected( again)?$/).waitFor({ timeout: 30_000 });
      await tab.page.goto("/sessions");
      await tab.page.getByRole("table", { name: "Sessions" }).waitFor();
      await tab.page.waitForTimeout(1500);
      await shot("sessions");
      await tab.page
        .getByRole("button", { name: /^End the/ })
        .first()
        .click();
      await shot("sessions-end");
      await tab.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
      await tab.page.goto("/machines");
      await tab.page.getByRole("link", { name: /\d sessions? on/ }).waitFor();
      await shot("machines");
      await tab.page.getByRole("link", { name: /\d sessions? on/ }).click();
      await tab.page.getByRole("table", { name: "Sessions" }).waitFor();
      await shot("sessions-machine");
      await tab.page.getByRole("button", { name: "Ended lately" }).click();
      await tab.page.waitForTimeout(600);
      await shot("sessions-ended");
      console.log(name, tab.wrongs);
      await tab.close();
    }
  } finally {
    await browser.close();
    await system.stop();
  }
});

/** A tab of somebody who has signed in already, without the way through the page for it. */
import AxeBuilder from "@axe-core/playwright";
import { authApi } from "@sallyport/protocol";
import type { Browser } from "playwright-core";
import { expect } from "vitest";
import { Tab } from "./browser.ts";
import type { Person } from "./control-plane.ts";

export async function signedInTab(
  browser: Browser,
  origin: string,
  who: Person,
  look: Parameters<typeof Tab.open>[2] = {},
): Promise<Tab> {
  const tab = await Tab.open(browser, origin, look);
  const { api, orgId, ...signIn } = who;
  const access = await api.call(authApi.me, {});
  const session = { ...signIn, ...access, expires_at: new Date(Date.now() + 3_600_000).toISOString() };
  await tab.page.goto("/sign-in");
  await tab.page.evaluate(
    ([stored, org]) => {
      localStorage.setItem("quickztna_session", stored);
      localStorage.setItem("sallyport_org", org);
    },
    [JSON.stringify(session), JSON.stringify(orgId)] as const,
  );
  return tab;
}

/** That what a tab shows has no accessibility violations and is no wider than it; a picture of it where one is wanted. */
export async function looksRight({ page }: Tab, name: string): Promise<void> {
  // What moves is measured in the middle of it.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  if (process.env.SCREENSHOTS) {
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`.replaceAll(/[ ,]+/g, "-"), fullPage: true });
  }
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${name} ${id}: ${nodes[0]?.html}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
}

/** A real Chromium, the system's own, and what a test may not find in it: errors, violations, foreign requests. */
import { setTimeout } from "node:timers/promises";
import AxeBuilder from "@axe-core/playwright";
import { authApi } from "@sallyport/protocol";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import type { Person } from "./control-plane.ts";

const CHROMIUM_PATH = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM_PATH,
    // As root, Chromium's own sandbox does not start; and nothing here may look for the network.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--disable-quic",
    ],
  });
}

interface TabLook {
  width?: number;
  height?: number;
  dark?: boolean;
  /** As a phone, whose pointer is a finger. */
  touch?: boolean;
  /** Pixels of the screen per pixel of the page. */
  scale?: number;
  /** Who has signed in already, without the way through the page for it. */
  as?: Person;
}

const EVERY_LOOK = [
  ["dark", { dark: true, width: 1280, height: 844 }],
  ["light on a phone", { dark: false, width: 390, height: 844, touch: true }],
  ["light", { dark: false, width: 1280, height: 844 }],
  ["dark on a phone", { dark: true, width: 390, height: 844, touch: true }],
] as const satisfies [string, TabLook][];
/** How pages are looked at: both themes and both sizes, all four pairs only at night. */
export const LOOKS = process.env.NIGHTLY === undefined ? EVERY_LOOK.slice(0, 2) : EVERY_LOOK;

/** What a tab remembers of an API call with something wrong in it. */
export const REFUSED = expect.stringContaining("status of 400");

/** A tab in a profile of its own, that remembers everything that went wrong in it. */
export class Tab {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors, uncaught exceptions, policy violations, and requests to other hosts. */
  readonly wrongs: string[] = [];
  readonly #origin: string;

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.context = context;
    this.page = page;
    this.#origin = origin;
    page.on("console", (message) => {
      // Tests beside this one make networks and take them away, of which Chromium tells every page.
      if (message.text().includes("net::ERR_NETWORK_CHANGED")) return;
      if (message.type() === "error" || /Content Security Policy|Trusted/.test(message.text()))
        this.wrongs.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.wrongs.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
        this.wrongs.push(`foreign request: ${request.url()}`);
    });
  }

  static async open(
    browser: Browser,
    origin: string,
    { width = 1280, height = 800, dark = true, touch = false, scale = 1, as: who }: TabLook = {},
  ): Promise<Tab> {
    const context = await browser.newContext({
      baseURL: origin,
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      deviceScaleFactor: scale,
      hasTouch: touch,
      isMobile: touch,
      reducedMotion: "reduce",
    });
    await context.addInitScript(watchLayout);
    if (process.env.SLOW_ANSWERS_MS) await slowDown(context, Number(process.env.SLOW_ANSWERS_MS));
    if (who) await context.addInitScript(keepOnce, await signedIn(who));
    return new Tab(context, await context.newPage(), origin);
  }

  /** Another window of the same person, in the same profile. */
  async beside(): Promise<Tab> {
    return new Tab(this.context, await this.context.newPage(), this.#origin);
  }

  /** Another tab in its place, in a profile of its own: of somebody else, or of another look. */
  async instead(look: TabLook): Promise<Tab> {
    const browser = this.context.browser();
    if (!browser) throw new Error("the browser is gone");
    await this.close();
    return Tab.open(browser, this.#origin, look);
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.page.goto("/sign-in");
    await this.page.getByLabel("E-mail address").fill(email);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.getByRole("heading", { name: "Machines", exact: true }).waitFor();
  }

  /** What the terminal shows, as text; needs `?renderer=dom`. */
  async screen(): Promise<string> {
    // xterm.js draws blanks as non-breaking ones.
    return (await this.page.locator(".xterm-rows").innerText()).replaceAll("\u00a0", " ");
  }

  async shows(pattern: RegExp): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!pattern.test(await this.screen())) {
      if (performance.now() > deadline)
        throw new Error(`waited 20 s for ${pattern}; the terminal shows:\n${await this.screen()}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** From now on the API's answers come apart, up to a second late: what a page shows meanwhile is seen. */
  async slowAnswers(): Promise<void> {
    let asked = 0;
    await this.page.route("**/api/**", async (route) => {
      asked += 1;
      await setTimeout(((asked * 3) % 5) * 250);
      // The page may be gone by now.
      await route.continue().catch(() => {});
    });
  }

  /** How much of what was shown moved by itself since the page was loaded, as Lighthouse counts it; below 0.1 is good. */
  layoutShift(): Promise<number> {
    return this.page.evaluate(() => Number(document.documentElement.dataset.layoutShift ?? 0));
  }

  /** That what it shows has no accessibility violations and is no wider than it; a picture of it where one is wanted. */
  async looksRight(name: string): Promise<void> {
    const { page } = this;
    // What moves is measured in the middle of it.
    await page.evaluate(async () => {
      const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ending.map(({ finished }) => finished));
    });
    if (process.env.SCREENSHOTS) {
      const path = `${process.env.SCREENSHOTS}/${name}.png`.replaceAll(/[ ,]+/g, "-");
      await page.screenshot({ path, fullPage: true });
    }
    // Frames of other origins, for which it would open a page of its own each time, are not ours.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().exclude(".xterm").analyze();
    expect(violations.map(({ id, nodes }) => `${name} ${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** In the page, before its own scripts. What moves because of a key or a click is none. */
function watchLayout(): void {
  let sum = 0;
  const watch = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) sum += entry.value;
    }
    document.documentElement.dataset.layoutShift = String(sum);
  });
  watch.observe({ type: "layout-shift", buffered: true });
}

/** In the page, before its own scripts: only the first time, so that whoever signs out stays so. */
function keepOnce(entries: Record<string, string>): void {
  if (!location.protocol.startsWith("http") || localStorage.getItem("sallyport_test") !== null) return;
  for (const [name, value] of Object.entries({ ...entries, sallyport_test: "" })) localStorage.setItem(name, value);
}

/** What the page keeps of somebody who has signed in. */
async function signedIn(who: Person): Promise<Record<string, string>> {
  const { api, orgId, ...signIn } = who;
  // The organisations may have changed since.
  const access = await api.call(authApi.me, {});
  const session = { ...signIn, ...access, expires_at: new Date(Date.now() + 3_600_000).toISOString() };
  return { quickztna_session: JSON.stringify(session), sallyport_org: JSON.stringify(orgId) };
}

/**
 * Every request of every page of it is late, each by another time up to this, and so is its answer, and what the server says on
 * sockets, in its order: what a test only wins by luck, it loses.
 */
async function slowDown(context: BrowserContext, upToMs: number): Promise<void> {
  const wait = () => setTimeout(Math.random() ** 2 * upToMs);
  await context.route(/\/(api|assets)\//, async (route) => {
    await wait();
    // The page may be gone by now.
    await route.continue().catch(() => {});
  });
  // In the browser, which may be offline; and what comes in pieces still does.
  const slowAnswers = async (page: Page) => {
    const cdp = await context.newCDPSession(page);
    const goOn = (requestId: string) => cdp.send("Fetch.continueRequest", { requestId });
    cdp.on("Fetch.requestPaused", ({ requestId }) => {
      // The page may be gone by now.
      wait()
        .then(() => goOn(requestId))
        .catch(() => {});
    });
    await cdp.send("Fetch.enable", { patterns: [{ urlPattern: "*/api/*", requestStage: "Response" }] });
  };
  context.on("page", (page) => void slowAnswers(page).catch(() => {}));
  await context.routeWebSocket(/\/api\//, (socket) => {
    const server = socket.connectToServer();
    let last = Promise.resolve<unknown>(undefined);
    const later = (act: () => unknown) => {
      last = Promise.all([last, wait()]).then(act);
    };
    server.onMessage((message) => later(() => socket.send(message)));
    server.onClose((code, reason) => later(() => socket.close({ ...(code && { code }), ...(reason && { reason }) })));
  });
}

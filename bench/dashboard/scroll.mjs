// How smoothly the longest lists scroll: 5,000 machines and 100,000 audit rows in a real Chromium, beside a page of text of
// the same height that nothing is computed for.
//
//     npm run build && node bench/dashboard/scroll.mjs [--seconds 5]
//
// The wheel turns 60 times a second; what counts is the time from one frame to the next, as the page sees it. A list whose
// frames take as long as the text's costs the browser nothing that text would not.
import { parseArgs } from "node:util";
import { launchBrowser, Tab } from "../../tests/dist/harness/browser.js";
import { System } from "../../tests/dist/harness/system.js";
import { fill } from "./fill.mjs";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "5" } } });
const LISTS = { machines: ["/machines", "Machines"], "audit log": ["/audit-log", "Audit log"] };

const system = await System.start({ LOG_LEVEL: "warn", HEARTBEAT_TIMEOUT_SECONDS: "86400" });
const browser = await launchBrowser();
try {
  await fill(system, { audit: 100_000, machines: 5_000 });
  const tab = await Tab.open(browser, system.url, { as: system.owner, width: 1440, height: 900 });
  console.log("| list | frame ms, p50 / p95 / worst | of the text's p95 | rows drawn |\n|---|---|---|---|");
  await tab.page.goto("/sign-in");
  await tab.page.evaluate(() => {
    const line = "what is neither asked for nor computed, only scrolled ";
    document.body.replaceChildren(Object.assign(document.createElement("p"), { textContent: line.repeat(40_000) }));
  });
  const text = await scroll(tab.page);
  report("text", text, text, "");
  for (const [name, [path, label]] of Object.entries(LISTS)) {
    await tab.page.goto(path);
    const rows = tab.page.getByRole("table", { name: label }).locator("[data-row]");
    await rows.first().waitFor();
    report(name, await scroll(tab.page), text, await rows.count());
  }
} finally {
  await browser.close();
  await system.stop();
}

function report(name, times, text, rows) {
  const at = (share, of) => of[Math.min(of.length - 1, Math.floor(share * of.length))];
  const figures = [at(0.5, times), at(0.95, times), times.at(-1)].map((ms) => ms.toFixed(0)).join(" / ");
  console.log(`| ${[name, figures, (at(0.95, times) / at(0.95, text)).toFixed(2), rows].join(" | ")} |`);
}

/** Turns the wheel; the times between frames, sorted, in ms. */
async function scroll(page) {
  await page.waitForLoadState("networkidle");
  await page.mouse.move(720, 500);
  await page.evaluate(() => {
    const frames = [];
    window.frames_ = frames;
    const note = (now) => {
      frames.push(now);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  const endsAt = performance.now() + Number(values.seconds) * 1000;
  while (performance.now() < endsAt) {
    await page.mouse.wheel(0, 120);
    await new Promise((resolve) => setTimeout(resolve, 1000 / 60));
  }
  const frames = await page.evaluate(() => window.frames_);
  return frames
    .slice(1)
    .map((at, index) => at - frames[index])
    .sort((one, other) => one - other);
}

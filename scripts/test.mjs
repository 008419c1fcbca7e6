// `npm test`: everything, from a fresh checkout. Installs and builds if needed, finds a browser and a PostgreSQL, runs
// the fast tests first, and ends with the totals. `--nightly` adds the long fault and load runs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { bootstrap, ROOT } from "./bootstrap.mjs";
import {
  ensureChromium,
  ensureDesktopTools,
  ensureDiagnosticTools,
  ensureNatsServer,
  ensureNetworkTools,
  ensureNginx,
  startPostgres,
} from "./test-services.mjs";

bootstrap();

const nightly = process.argv.includes("--nightly");
const chromium = ensureChromium({ isNightly: nightly });
const nats = ensureNatsServer();
const nginx = ensureNginx();
ensureNetworkTools();
ensureDiagnosticTools();
const xvfb = ensureDesktopTools();
const postgres = await startPostgres();
// A machine that cannot have them still gets a useful run, and is told; CI must not pass without them.
const found = { Chromium: chromium, PostgreSQL: postgres, "nats-server": nats, nginx, Xvfb: xvfb };
const missing = Object.keys(found).filter((name) => !found[name]);
if (missing.length > 0) {
  console.error(`Not tested, because it is not here: ${missing.join(", ")}.`);
  if (process.env.CI) process.exit(1);
}

const runs = [["unit", "networks"], ["scenarios"], ["faults", ...(chromium ? ["browser"] : [])]];
const reports = mkdtempSync(join(tmpdir(), "sallyport-tests-"));
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
try {
  for (const projects of runs) run(projects);
} finally {
  postgres?.stop();
  rmSync(reports, { recursive: true, force: true });
}
// Once more at the end, where whoever reads only the end of a long log finds it.
for (const { title, message } of failures) console.log(`\nFAILED ${title}\n${message}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 ? 1 : 0);

function run(projects) {
  const name = projects.join(" and ");
  const report = join(reports, `${projects.join("-")}.json`);
  const { status } = spawnSync(
    process.execPath,
    [
      join(ROOT, "node_modules/vitest/vitest.mjs"),
      "run",
      ...projects.map((project) => `--project=${project}`),
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    {
      cwd: ROOT,
      stdio: "inherit",
      env: {
        ...process.env,
        ...(postgres && { TEST_DATABASE_URL: postgres.url }),
        ...(chromium && { CHROMIUM_PATH: chromium }),
        ...(nightly && { NIGHTLY: "1" }),
      },
    },
  );
  let counted;
  try {
    counted = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    counted = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
    failures.push({ title: name, message: "The runner left no report." });
  }
  for (const file of counted.testResults) failures.push(...failuresOf(file));
  totals.passed += counted.numPassedTests;
  totals.failed += counted.numFailedTests;
  totals.skipped += counted.numPendingTests + (counted.numTodoTests ?? 0);
  // A file that cannot be loaded, or an error outside any test, counts as a failure too.
  if (status !== 0 && counted.numFailedTests === 0) {
    totals.failed += 1;
    failures.push({ title: name, message: "A file could not be loaded, or an error came outside every test." });
  }
}

/** The failed tests of one file of vitest's JSON report, with what they said. */
function failuresOf({ name, message, assertionResults }) {
  const path = relative(ROOT, name);
  const failed = assertionResults
    .filter((test) => test.status === "failed")
    .map((test) => ({ title: `${path} > ${test.fullName}`, message: test.failureMessages.join("\n").slice(0, 2000) }));
  return failed.length === 0 && message ? [{ title: path, message: message.slice(0, 2000) }] : failed;
}

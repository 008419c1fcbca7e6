import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Packages find each other's sources through the "source" export condition, so tests need no build.
const resolve = { conditions: ["source"] };
// Not "import": Node takes these for every require, too, and pg would load the ES modules of its parts.
const ssr = { resolve: { conditions: ["source", "node"] } };

/** Long fault and load runs: with `npm run test:nightly` only. Kills, cuts, takeovers and lost databases run always. */
const LONG_FAULTS = ["bad-line", "clocks", "long-fat-link", "pauses", "rolling-restart", "slow-viewers"];
/** Half as many again as there are cores: all of them wait a third of their time, for disks, clocks and each other. */
const maxWorkers = Math.ceil(availableParallelism() * 1.5);
const isNightly = process.env.NIGHTLY !== undefined;
/**
 * These make networks and take them away, of which every Chromium on the machine is told: it breaks off what it is asking. They
 * run where nothing browses, but for the last of them.
 */
const NETWORKS = ["tests/faults/network-cut.test.ts", "tests/faults/tools/netns.test.ts"];
const NETWORK_AND_BROWSER = "tests/faults/desktop-without-udp.test.ts";
/** What the long faults measure at night, they measure alone. */
const calmWorkers = isNightly ? 1 : maxWorkers;
/** Vitest's own poll gives up after a second, which a busy machine may take for anything. */
const expectations = { poll: { timeout: 20_000 } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          expect: expectations,
          sequence: { groupOrder: 0 },
          // A process and all its imports for each file would be half of the work. What a test changes, it changes back.
          isolate: false,
          include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.{ts,tsx}"],
          // Properties compute for a while, and the machine may have other things to do.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "networks",
          expect: expectations,
          sequence: { groupOrder: 0 },
          include: NETWORKS,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "scenarios",
          expect: expectations,
          sequence: { groupOrder: 1 },
          include: ["tests/{scenarios,harness}/**/*.test.ts", NETWORK_AND_BROWSER],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Each starts its own servers on free ports.
          maxWorkers,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "faults",
          expect: expectations,
          sequence: { groupOrder: 2 },
          include: ["tests/faults/**/*.test.ts"],
          exclude: [
            ...NETWORKS,
            NETWORK_AND_BROWSER,
            ...(isNightly ? [] : LONG_FAULTS.map((name) => `tests/faults/${name}.test.ts`)),
          ],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // What they cut and kill is their own.
          maxWorkers: calmWorkers,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "browser",
          expect: expectations,
          sequence: { groupOrder: 2 },
          include: ["tests/browser/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: calmWorkers,
        },
      },
    ],
  },
});

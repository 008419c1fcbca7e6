/** F-06: a viewer on a line that is slow, late, stalling and in single bytes. */
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RunningAgent } from "../harness/control-plane.ts";
import { System } from "../harness/system.ts";
import { TestWindow } from "../harness/window.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import { TruthWindow, wait } from "./truth-window.ts";

const RUNS_MS = process.env.NIGHTLY ? 120_000 : 6_000;
const BAD_LINE = {
  latencyMs: 300,
  jitterMs: 100,
  stallProbability: 0.05,
  stallMs: 1_000,
  bytesPerSecond: 64_000,
};
/** Under a window of 256 KiB, which such a line needs four seconds for. */
const STOPS_WITHIN_MS = 10_000;
const GROWS_AT_MOST_MIB = 50;

let system: System;
let agent: RunningAgent;
let proxy: ChaosProxy;
beforeAll(async () => {
  system = await System.start();
  agent = await system.startAgent();
});
afterEach(() => proxy.close());
afterAll(() => system?.stop());

async function throughProxy() {
  proxy = await ChaosProxy.start({ target: system.port, seed: 6 });
  return { baseUrl: `http://127.0.0.1:${proxy.port}`, who: system.owner, machineId: agent.machine.id };
}

const serverMib = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${system.server.pid}/status`, "utf8"))?.[1]) / 1024;

test("F-06 a bad line loses and doubles nothing", { timeout: RUNS_MS + 100_000 }, async () => {
  const truth = await TruthWindow.open({ ...(await throughProxy()), rate: 20_000 });
  proxy.set({ ...BAD_LINE, maxChunkBytes: 1 });
  truth.startTyping(200);
  await wait(RUNS_MS);
  const { settledMs } = await truth.typesOn(60_000);
  await truth.quits();
  console.info(`F-06: ${truth.summary}; everything answered after ${settledMs.toFixed(0)} ms`);
});

test("F-06 Ctrl-C stops a flood on a bad line, and the flood costs the server no memory", {
  timeout: 100_000,
}, async () => {
  const window = new TestWindow(await throughProxy());
  await window.is("connected");
  window.type("PS1='$ '; stty -echo; echo up-$((1+1))\r");
  await window.shows(/up-2/);
  proxy.set(BAD_LINE);
  const before = serverMib();
  window.type("yes\r");
  await window.shows(/y\r\ny\r\ny\r\n/);
  await wait(5_000);
  const grown = serverMib() - before;
  const at = performance.now();
  window.type("\u0003");
  await window.shows(/\$ $/);
  const stoppedMs = performance.now() - at;
  window.type("echo stopped-$((3+3)); exit\r");
  await window.is("ended");
  expect(stoppedMs).toBeLessThan(STOPS_WITHIN_MS);
  expect(grown).toBeLessThan(GROWS_AT_MOST_MIB);
  console.info(`F-06: Ctrl-C seen after ${stoppedMs.toFixed(0)} ms, server grew by ${grown.toFixed(1)} MiB`);
});

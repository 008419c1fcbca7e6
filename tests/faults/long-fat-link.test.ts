/** A path of 100 ms there and back: the viewer's window must grow until it does not limit what the path carries. */
import { OUTPUT_WINDOW_BYTES } from "@sallyport/protocol";
import { afterEach, expect, test } from "vitest";
import { System } from "../harness/system.ts";
import { TestWindow } from "../harness/window.ts";
import { ChaosProxy } from "./chaos-proxy.ts";

const ROUND_TRIP_MS = 100;
const MIB = 1024 * 1024;
const BYTES = 160 * MIB;

let system: System | undefined;
let proxy: ChaosProxy | undefined;
afterEach(async () => {
  await proxy?.close();
  await system?.stop();
});

test("I4 over 100 ms the window grows: several times what the first window could carry, and every byte arrives", async () => {
  system = await System.start();
  const agent = await system.startAgent();
  proxy = await ChaosProxy.start({ target: system.port, seed: 1 });
  proxy.set({ latencyMs: ROUND_TRIP_MS / 2, bufferBytes: 16 * MIB });
  let bytes = 0;
  const times: { at: number; bytes: number }[] = [];
  const window = new TestWindow({
    baseUrl: `http://127.0.0.1:${proxy.port}`,
    who: system.owner,
    machineId: agent.machine.id,
    output: (chunk) => {
      bytes += chunk.length;
      times.push({ at: performance.now(), bytes });
    },
  });
  await window.is("connected");
  window.type(`stty -opost; head -c ${BYTES} /dev/zero | tr '\\0' x; echo; echo DO""NE\r`);
  await window.when(() => /DONE/.test(window.text), "the end of the flood", 120_000);
  expect(bytes).toBeGreaterThan(BYTES);
  const [from] = times.filter((time) => time.bytes > 30 * MIB);
  const to = times.findLast((time) => time.bytes < BYTES) ?? times.at(-1);
  const rate = ((to?.bytes ?? 0) - (from?.bytes ?? 0)) / ((to?.at ?? 0) - (from?.at ?? 0));
  console.info(`long fat link: ${((rate * 1_000) / 1e6).toFixed(1)} MB/s over ${ROUND_TRIP_MS} ms`);
  const firstWindowCarries = OUTPUT_WINDOW_BYTES / ROUND_TRIP_MS;
  expect(rate / firstWindowCarries).toBeGreaterThan(2);
}, 180_000);

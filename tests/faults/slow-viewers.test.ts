/** F-12: people who do not read their floods, beside one who reads his. */
import { readFileSync } from "node:fs";
import { OUTPUT_RING_BYTES, SESSIONS_PER_USER } from "@sallyport/protocol";
import { afterEach, expect, test } from "vitest";
import type { RunningAgent } from "../harness/control-plane.ts";
import { System } from "../harness/system.ts";
import { FramedPerson, ticketFor } from "../harness/viewer.ts";

const STALLED = SESSIONS_PER_USER;
const FLOOD_BYTES = process.env.NIGHTLY ? 200_000_000 : 60_000_000;
const TRIES = 3;
const SERVER_GROWS_AT_MOST_MIB = 50;

let system: System;
afterEach(() => system.stop());

const residentMib = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

async function shell({ machine }: RunningAgent, who = system.owner): Promise<FramedPerson> {
  const person = new FramedPerson(await ticketFor(system, machine.id, who));
  await person.attached;
  person.type("PS1='$ '; stty -echo; echo up-$((1+1))\r");
  await person.screen.shows(/up-2/);
  return person;
}

/** Bytes per second of the best of a few floods. */
async function rateOf(person: FramedPerson): Promise<number> {
  let best = 0;
  for (let n = 0; n < TRIES; n++) {
    const at = performance.now();
    const before = person.screen.bytes;
    person.type(`head -c ${FLOOD_BYTES} /dev/zero | tr '\\0' x; echo done-${n}-$((5+5))\r`);
    await person.screen.shows(new RegExp(`done-${n}-10`));
    best = Math.max(best, ((person.screen.bytes - before) / (performance.now() - at)) * 1_000);
    person.screen.text = "";
  }
  return best;
}

test(`F-12 ${STALLED} viewers that do not read slow nobody down and cost the server nothing`, {
  timeout: 180_000,
}, async () => {
  system = await System.start();
  const agent = await system.startAgent();
  const host = (await system.hostPid(agent)) ?? 0;
  const fast = await shell(agent);
  const alone = await rateOf(fast);
  const before = { server: residentMib(system.server.pid), host: residentMib(host) };
  const other = await system.person("admin");
  for (let n = 0; n < STALLED; n++) {
    const stalled = await shell(agent, other);
    stalled.stopDrawing();
    stalled.type("yes\r");
    await stalled.screen.shows(/y\r\ny\r\n/);
    stalled.socket.pause();
  }
  const beside = await rateOf(fast);
  const grown = {
    server: residentMib(system.server.pid) - before.server,
    host: residentMib(host) - before.host,
  };
  console.info(
    `F-12: ${(alone / 1e6).toFixed(1)} MB/s alone, ${(beside / 1e6).toFixed(1)} MB/s beside ${STALLED} stalled viewers; ` +
      `server grew by ${grown.server.toFixed(1)} MiB, host by ${grown.host.toFixed(1)} MiB`,
  );
  expect(beside / alone).toBeGreaterThan(0.5);
  expect(grown.server).toBeLessThan(SERVER_GROWS_AT_MOST_MIB);
  expect(grown.host).toBeLessThan((STALLED * OUTPUT_RING_BYTES) / 2 ** 20 + SERVER_GROWS_AT_MOST_MIB);
});

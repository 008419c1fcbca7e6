/** F-03: the agent's two processes are killed, one after the other, in a session that prints and is typed into. */
import { afterEach, expect, test } from "vitest";
import { Program, runProgram } from "../harness/programs.ts";
import { System } from "../harness/system.ts";
import { TestWindow } from "../harness/window.ts";
import { isAlive, TruthWindow, wait } from "./truth-window.ts";

const KILLS = process.env.NIGHTLY ? 100 : 2;

let system: System;
const links: Program[] = [];
afterEach(async () => {
  await system.stop();
  for (const link of links.splice(0)) await link.stop("SIGKILL");
});

test(
  `F-03 ${KILLS} kills of the link lose and double nothing, and new sessions open beside the old one`,
  async () => {
    system = await System.start();
    const agent = await system.startAgent();
    const where = { baseUrl: system.url, who: system.owner, machineId: agent.machine.id };
    const host = await system.hostPid(agent);
    const truth = await TruthWindow.open(where);
    truth.startTyping();
    let { program } = agent;
    const backMs: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      await wait(Math.random() * 400);
      await program.stop("SIGKILL");
      // The session's bytes do not go through the link.
      await truth.moves();
      program = new Program("ztna", ["up", "--foreground"], { ZTNA_STATE_DIR: agent.stateDir });
      links.push(program);
      const at = performance.now();
      const another = new TestWindow(where);
      await another.is("connected");
      backMs.push(performance.now() - at);
      another.type("exit\r");
      await another.is("ended");
    }
    expect(isAlive(host ?? 0)).toBe(true);
    await truth.quits();
    console.info(
      `F-03: ${KILLS} kills of the link, ${truth.summary}; a new session after ${backMs.map((ms) => ms.toFixed(0)).join(" ")} ms`,
    );
    await runProgram("ztna", ["down"], { ZTNA_STATE_DIR: agent.stateDir });
  },
  60_000 + KILLS * 20_000,
);

test("F-03 while link and control plane are both gone and back, the session is found again", async () => {
  system = await System.start();
  const agent = await system.startAgent();
  const truth = await TruthWindow.open({ baseUrl: system.url, who: system.owner, machineId: agent.machine.id });
  truth.startTyping();
  await Promise.all([agent.program.stop("SIGKILL"), system.server.stop("SIGKILL")]);
  await system.startServer();
  links.push(new Program("ztna", ["up", "--foreground"], { ZTNA_STATE_DIR: agent.stateDir }));
  await truth.moves();
  await truth.quits();
  await runProgram("ztna", ["down"], { ZTNA_STATE_DIR: agent.stateDir });
});

test("F-03 a killed host ends its sessions with a reason, for viewers and in the database, at once", async () => {
  system = await System.start();
  const agent = await system.startAgent();
  const where = { baseUrl: system.url, who: system.owner, machineId: agent.machine.id };
  const truth = await TruthWindow.open(where);
  const left = await TruthWindow.open(where);
  left.close();
  const at = performance.now();
  process.kill((await system.hostPid(agent)) ?? 0, "SIGKILL");
  await truth.window.is("ended");
  const endedMs = performance.now() - at;
  expect(truth.window.states.at(-1)).toMatchObject({ cause: "agent_lost" });
  const rows = () => system.sql("SELECT DISTINCT status, cause FROM sessions");
  await system.until(async () => (await rows()).every(({ status }) => status === "ended"), "the rows to end");
  expect(await rows()).toEqual([{ status: "ended", cause: "agent_lost" }]);
  await system.until(() => !isAlive(truth.pid) && !isAlive(left.pid), "the programs to end");
  const again = await TruthWindow.open(where);
  await again.quits();
  console.info(`F-03: the viewer of a killed host knew after ${endedMs.toFixed(0)} ms`);
});

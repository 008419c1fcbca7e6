/** F-10: clocks of programs that jump, forwards and back, under a live session and before a new one. */
import { afterEach, expect, test } from "vitest";
import { System } from "../harness/system.ts";
import { TestWindow } from "../harness/window.ts";
import { TruthWindow, wait } from "./truth-window.ts";

/**
 * The wall clock of a program jumps an hour on at SIGUSR2 and two back at SIGWINCH, as on a machine whose date is set;
 * its monotonic clock goes on as ever. Signals that programs here take no notice of otherwise.
 */
const JUMPING_CLOCK = `data:text/javascript,${encodeURIComponent(`
  const Real = Date;
  let offset = 0;
  globalThis.Date = class extends Real {
    constructor(...args) { args.length ? super(...args) : super(Real.now() + offset); }
    static now() { return Real.now() + offset; }
  };
  process.on("SIGUSR2", () => { offset += 3600e3; });
  process.on("SIGWINCH", () => { offset -= 7200e3; });
`)}`;
const environment = { NODE_OPTIONS: `--import=${JUMPING_CLOCK}` };
const JUMPS = [
  ["SIGUSR2", "an hour on"],
  ["SIGWINCH", "two hours back"],
  ["SIGUSR2", "right again"],
] as const;

const HALF_AN_HOUR_MS = 1_800_000;
/** The control plane looks at the tokens of its sessions this often; an hour on, they have expired. */
const TOKENS_CHECKED_MS = 11_000;

let system: System;
afterEach(() => system.stop());

const WHOSE = ["the control plane", "the agent", ...(process.env.NIGHTLY ? (["both"] as const) : [])] as const;

/** By how much the newest line of a log is off. */
function offsetOf(log: string): number {
  const times = [...log.matchAll(/"time":"([^"]+)"/g)];
  return Date.parse(times.at(-1)?.[1] ?? "") - Date.now();
}

test.each(WHOSE)(
  "F-10 a jump of the clock of %s drops no session, and new ones open",
  { timeout: 120_000 },
  async (whose) => {
    system = await System.start(whose === "the agent" ? {} : environment);
    const agent = await system.startAgent("Linux-C", whose === "the control plane" ? {} : environment);
    const where = { baseUrl: system.url, who: system.owner, machineId: agent.machine.id };
    const pids = [
      ...(whose === "the agent" ? [] : [system.server.pid]),
      ...(whose === "the control plane" ? [] : [agent.program.pid, (await system.hostPid(agent)) ?? 0]),
    ];
    const truth = await TruthWindow.open(where);
    truth.startTyping();
    for (const [signal, jump] of JUMPS) {
      for (const pid of pids) process.kill(pid, signal);
      await wait(1_000);
      await truth.moves();
      const another = new TestWindow(where);
      await another.is("connected");
      another.type("exit 4\r");
      await another.is("ended");
      expect([jump, another.states.at(-1)]).toEqual([jump, expect.objectContaining({ cause: "exited" })]);
      if (jump === "an hour on" && whose !== "the agent") {
        expect(offsetOf(system.server.stdout)).toBeGreaterThan(HALF_AN_HOUR_MS);
        await wait(TOKENS_CHECKED_MS);
        await truth.moves();
      }
    }
    await truth.quits();
    console.info(`F-10, clock of ${whose}: ${truth.summary}`);
  },
);

/** F-01: the control plane is killed in a live session that prints and is typed into, again and again. */
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { System } from "../harness/system.ts";
import { TestWindow } from "../harness/window.ts";
import { TruthChecker } from "./truth-checker.ts";
import { TruthTypist } from "./truth-typist.ts";

const TRUTH_SHELL = fileURLToPath(new URL("truth-shell.mjs", import.meta.url));
/** `FAULT_KILLS` says how many, for a run of one's own. */
const KILLS = Number(process.env.FAULT_KILLS ?? (process.env.NIGHTLY ? 1_000 : 6));
/** Output in bytes per second, and how often a line is typed. */
const RATE = 500_000;
const TYPE_EVERY_MS = 40;

let system: System | undefined;
afterEach(() => system?.stop());

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

test(
  `F-01 ${KILLS} kills of the control plane lose and double not one byte, either way, and the shell is the same`,
  async () => {
    system = await System.start();
    const agent = await system.startAgent();
    const typist = new TruthTypist();
    const checker = new TruthChecker({ typist });
    let failure: unknown;
    const window = new TestWindow({
      baseUrl: system.url,
      who: system.owner,
      machineId: agent.machine.id,
      output: (bytes) => {
        try {
          checker.output(bytes);
        } catch (error) {
          failure ??= error;
        }
      },
    });
    await window.is("connected");
    window.type(`exec ${process.execPath} ${TRUTH_SHELL} --rate ${RATE} --record 200\r`);
    await window.when(() => checker.records > 10, "the truth shell");
    const { pid } = checker;
    const typing = setInterval(() => {
      const line = typist.line();
      expect(window.type(line)).toBe(line.length);
    }, TYPE_EVERY_MS);
    const backAfterMs: number[] = [];
    for (let kill = 0; kill < KILLS && !failure; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 600));
      await system.server.stop("SIGKILL");
      await system.startServer();
      const listeningAt = performance.now();
      const before = checker.records;
      await window.when(() => failure !== undefined || checker.records > before, `output after kill ${kill}`);
      backAfterMs.push(performance.now() - listeningAt);
    }
    clearInterval(typing);
    if (failure) throw failure;
    window.type(typist.command("quit"));
    await window.is("ended");
    if (failure) throw failure;
    checker.assertQuiet();
    expect(checker.farewell?.inputs).toBe(typist.lines);
    expect(checker.pid).toBe(pid);
    expect(window.dropped).toBe(0);
    expect(window.states.at(-1)).toMatchObject({ cause: "exited", exit: { exit_code: 7 } });
    console.info(
      `F-01: ${KILLS} kills, ${checker.bytes} bytes out, ${typist.lines} lines in; first output after ` +
        `p50 ${percentile(backAfterMs, 0.5).toFixed(0)} ms, p99 ${percentile(backAfterMs, 0.99).toFixed(0)} ms`,
    );
  },
  KILLS * 15_000,
);

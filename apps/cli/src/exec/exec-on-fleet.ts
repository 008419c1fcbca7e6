import { constants } from "node:os";
import { LabelledLines } from "../output/labelled-lines.ts";
import type { Printer } from "../output/printer.ts";
import { say } from "../output/say.ts";
import type { Operator } from "../signed-in.ts";
import { CollectedOutput } from "./collected-output.ts";
import { distinctNames } from "./distinct-names.ts";
import { type ExecResult, resultOf, summaryOf } from "./exec-result.ts";
import { type ExecNode, ExecRun } from "./exec-run.ts";
import { forwardSignals } from "./forward-signals.ts";
import { LogDir } from "./log-dir.ts";
import { watchOwnOutput } from "./own-output.ts";
import { RemoteCommand } from "./remote-command.ts";
import { type FleetPlan, runFleet } from "./run-fleet.ts";

export interface FleetCommand {
  operator: Operator;
  nodes: readonly ExecNode[];
  command: string;
  timeoutSeconds: number | null | undefined;
  plan: FleetPlan;
  /** Where each node's output is written to as well; undefined for nowhere. */
  logFolder: string | undefined;
}

type Stream = "stdout" | "stderr";

/** Runs a command on many nodes: their lines under their names, then who succeeded. Returns the exit status. */
export async function runOnFleet(print: Printer, fleet: FleetCommand): Promise<number> {
  const { operator, command, timeoutSeconds, plan, logFolder } = fleet;
  const nodes = distinctNames(fleet.nodes);
  const run = new ExecRun(operator, { command, timeoutSeconds, stdin: false }, nodes, Math.min(plan.batch, 100));
  const running = new Set<RemoteCommand>();
  const stop = new AbortController();
  let failure: { status: number; why: string | undefined } | undefined;
  const fail = (status: number, why: string | undefined) => {
    failure ??= { status, why };
    stop.abort();
    for (const each of running) each.interrupt();
  };
  const log =
    logFolder === undefined
      ? undefined
      : await LogDir.open(logFolder, ({ message }) => fail(1, `--log-dir cannot be written: ${message}`));
  const stopWatching = watchOwnOutput(fail);
  const stopForwarding = forwardSignals({
    signal: (name) => {
      stop.abort();
      for (const each of running) each.signal(constants.signals[name]);
    },
    interrupt: () => {
      for (const each of running) each.interrupt();
    },
  });
  const labelWidth = Math.max(...nodes.map(({ name }) => name.length));
  const runOne = async (node: ExecNode): Promise<ExecResult> => {
    const output = new NodeOutput(node.name, { labelWidth, log, isLabelled: print.format === "table" });
    const startedAt = performance.now();
    const remote = new RemoteCommand({
      operator,
      node,
      token: () => run.token(node),
      stdin: undefined,
      output: (stream, bytes, taken) => output.write(stream, bytes, taken),
    });
    running.add(remote);
    const outcome = await remote.run();
    running.delete(remote);
    output.end();
    return resultOf(node, outcome, performance.now() - startedAt, output.collected);
  };
  const isFailure = ({ status }: ExecResult) => status !== 0;
  const found = await runFleet(nodes, plan, runOne, { isFailure, signal: stop.signal }).finally(stopForwarding);
  const results = found.filter((result) => result !== undefined);
  const skipped = nodes.filter((_, index) => found[index] === undefined).map(({ name }) => name);
  const failed = results.filter(({ status }) => status !== 0);
  const names = (some: readonly ExecResult[]) => some.map(({ node }) => node);
  stopWatching();
  await log?.close({ succeeded: names(results.filter(({ status }) => status === 0)), failed: names(failed) });
  if (failure) {
    if (failure.why !== undefined) say(failure.why);
    return failure.status;
  }
  if (print.format !== "table") print.list(results, []);
  say(summaryOf(results, skipped));
  if (results.length > 0) say(`Kept as: gatekey-admin exec history ${run.runId.slice(0, 8)}`);
  return failed.length > 0 || skipped.length > 0 ? 1 : 0;
}

/** Where one node's output goes: under its label to ours, to its files, and into its result. */
class NodeOutput {
  readonly collected = { stdout: new CollectedOutput(), stderr: new CollectedOutput() };
  readonly #name: string;
  readonly #log: LogDir | undefined;
  readonly #lines: Record<Stream, LabelledLines> | undefined;

  constructor(
    name: string,
    { labelWidth, log, isLabelled }: { labelWidth: number; log: LogDir | undefined; isLabelled: boolean },
  ) {
    this.#name = name;
    this.#log = log;
    const lines = (stream: Stream) =>
      new LabelledLines(`${name}:`.padEnd(labelWidth + 2), (bytes, written) => {
        process[stream].write(bytes, () => written());
      });
    this.#lines = isLabelled ? { stdout: lines("stdout"), stderr: lines("stderr") } : undefined;
  }

  write(stream: Stream, bytes: Uint8Array, taken: () => void): void {
    if (!this.#lines) this.collected[stream].feed(bytes);
    let waiting = 1;
    const done = () => {
      waiting -= 1;
      if (waiting === 0) taken();
    };
    for (const sink of [this.#log && this.#toLog, this.#lines && this.#toLines]) {
      if (!sink) continue;
      waiting += 1;
      sink.call(this, stream, bytes, done);
    }
    done();
  }

  end(): void {
    for (const each of Object.values(this.#lines ?? {})) each.end();
  }

  #toLog(stream: Stream, bytes: Uint8Array, done: () => void): void {
    this.#log?.write(this.#name, stream, bytes, done);
  }

  #toLines(stream: Stream, bytes: Uint8Array, done: () => void): void {
    this.#lines?.[stream].feed(bytes, done);
  }
}

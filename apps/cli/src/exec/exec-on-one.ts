import { constants } from "node:os";
import type { Printer } from "../output/printer.ts";
import { say } from "../output/say.ts";
import type { Operator } from "../signed-in.ts";
import { CollectedOutput } from "./collected-output.ts";
import { resultOf } from "./exec-result.ts";
import { type ExecNode, ExecRun } from "./exec-run.ts";
import { forwardSignals } from "./forward-signals.ts";
import { watchOwnOutput } from "./own-output.ts";
import { RemoteCommand } from "./remote-command.ts";

export interface OneCommand {
  operator: Operator;
  node: ExecNode;
  command: string;
  timeoutSeconds: number | null | undefined;
  readsInput: boolean;
}

/**
 * Runs a command on one node as if it ran here: its input, output, signals and exit status are this process's. For
 * programs, its result is printed as one value. Returns the exit status.
 */
export async function runOnOne(
  print: Printer,
  { operator, node, command, timeoutSeconds, readsInput }: OneCommand,
): Promise<number> {
  const startedAt = performance.now();
  const run = new ExecRun(operator, { command, timeoutSeconds, stdin: readsInput }, [node], 1);
  const collected = { stdout: new CollectedOutput(), stderr: new CollectedOutput() };
  const isForPeople = print.format === "table";
  const remote = new RemoteCommand({
    operator,
    node,
    token: () => run.token(node),
    stdin: readsInput ? process.stdin : undefined,
    output: (stream, bytes, taken) => {
      if (isForPeople) return void process[stream].write(bytes, () => taken());
      collected[stream].feed(bytes);
      taken();
    },
  });
  const stopForwarding = forwardSignals({
    signal: (name) => remote.signal(constants.signals[name]),
    interrupt: () => remote.interrupt(),
  });
  const stopWatching = watchOwnOutput((status, message) => remote.interrupt({ status, message }));
  const outcome = await remote.run().finally(stopForwarding);
  stopWatching();
  if (!isForPeople) print.one(resultOf(node, outcome, performance.now() - startedAt, collected), () => []);
  else if (outcome.message !== undefined) say(outcome.message);
  return outcome.status;
}

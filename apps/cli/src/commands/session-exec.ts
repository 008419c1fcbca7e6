import { AppError } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { chooseNodes, selectNodes } from "../exec/choose-nodes.ts";
import { runOnFleet } from "../exec/exec-on-fleet.ts";
import { runOnOne } from "../exec/exec-on-one.ts";
import type { FleetPlan } from "../exec/run-fleet.ts";

export interface SessionExecOptions {
  on?: string[];
  timeout?: number;
  /** False with `-n`: standard input is not read. */
  stdin: boolean;
  batch: number;
  canary: number;
  maxFail?: number;
  logDir?: string;
}

/** `gatekey-admin session exec`: a command on a node, or on each of many. */
export async function sessionExec(cli: Cli, words: string[], options: SessionExecOptions): Promise<void> {
  const [names = "", ...rest] = words;
  const command = (options.on ? words : rest).join(" ");
  if (command.trim() === "") {
    const reason = "Say what to run: session exec NODE COMMAND, or session exec --on SELECTOR COMMAND";
    throw new AppError("INVALID_INPUT", { reason });
  }
  if (command.startsWith("-")) {
    throw new AppError("INVALID_INPUT", { reason: "Options come before the node; what follows it is the command's" });
  }
  const operator = await cli.signedIn();
  const nodes = await (options.on ? selectNodes(operator, options.on) : chooseNodes(operator, names));
  const request = { operator, command, timeoutSeconds: timeoutOf(options.timeout) };
  const [only] = nodes;
  const isOne = nodes.length === 1 && !options.on && options.logDir === undefined;
  process.exitCode =
    isOne && only
      ? await runOnOne(cli.print, { ...request, node: only, readsInput: options.stdin })
      : await runOnFleet(cli.print, {
          ...request,
          nodes,
          plan: planOf(options, nodes.length),
          logFolder: options.logDir,
        });
}

/** 0 stands for no limit. */
const timeoutOf = (seconds: number | undefined): number | null | undefined => (seconds === 0 ? null : seconds);

const planOf = ({ batch, canary, maxFail }: SessionExecOptions, nodeCount: number): FleetPlan => ({
  batch,
  canary,
  maxFail: maxFail ?? nodeCount,
});

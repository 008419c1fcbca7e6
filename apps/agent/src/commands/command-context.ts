import type { ChildProcess } from "node:child_process";
import type { Config } from "../config.ts";
import type { PlacedNode } from "../node-config/place-node.ts";
import type { Logger } from "../platform/logger.ts";
import type { StateDir } from "../state/state-dir.ts";

/** What every command is given. */
export interface CommandContext {
  config: Config;
  dir: StateDir;
  /** Of a command that was given a node's file. */
  node: PlacedNode | undefined;
  logger: Logger;
  /** One line for the person, on standard output. */
  out(line: string): void;
  /** One line about what is wrong, on standard error. */
  err(line: string): void;
  /** Starts this very program again, detached, logging to the state directory's log. */
  startSelf(args: string[], nodeFlags?: string[]): ChildProcess;
  /** Aborted when the process is told to stop. */
  signal: AbortSignal;
}

/** A command's result is the exit status of the process. */
export type ExitCode = number;

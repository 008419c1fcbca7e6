import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openLogFile } from "./log-file.ts";

/** From `src` and from `dist/bundle` alike. */
const PROGRAM = fileURLToPath(new URL("../../bin/ztna.js", import.meta.url));

export interface StartSelfOptions {
  args: string[];
  /** Options of Node itself. */
  nodeFlags: string[];
  logFile: string;
  env: Record<string, string>;
  cwd: string;
}

/**
 * Starts this program as a process of its own: its own session and process group, so that neither Ctrl-C nor the end of
 * whoever started it reaches it. It logs to the file; nothing secret is in its arguments or its environment.
 */
export function startSelf({ args, nodeFlags, logFile, env, cwd }: StartSelfOptions): ChildProcess {
  const log = openLogFile(logFile);
  try {
    const child = spawn(process.execPath, [...nodeFlags, PROGRAM, ...args], {
      detached: true,
      stdio: ["ignore", "ignore", log],
      env,
      cwd,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/**
 * Starts this program as a part of this process: it logs where we do, we talk on an IPC channel, and when that closes,
 * because either side has gone, it has nothing left to do.
 */
export function startChild({ args, env, cwd }: Pick<StartSelfOptions, "args" | "env" | "cwd">): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "ignore", "inherit", "ipc"], env, cwd });
}

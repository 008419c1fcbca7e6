import { userInfo } from "node:os";
import type { TerminalSize } from "@sallyport/protocol";
import type { Pty } from "../pty/pty.ts";
import { spawnPty } from "../pty/pty-node.ts";
import { shellEnvironment } from "../pty/shell-environment.ts";

/**
 * Starts the login shell of the user that the agent runs as. The account is looked up each time, so that a changed
 * shell or a home that has appeared counts from the next session on.
 *
 * @throws PtySpawnError why there is no terminal; its message may be shown to whoever asked
 */
export function spawnShell(size: TerminalSize, environment: Record<string, string>): Pty {
  return spawnPty({ ...shellEnvironment(environment, userInfo()), ...size });
}

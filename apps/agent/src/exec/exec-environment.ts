import type { ShellEnvironment } from "../pty/shell-environment.ts";

/** Of a terminal, which a command on pipes does not have. */
const TERMINAL_VARIABLES = new Set(["TERM", "COLORTERM", "TERM_PROGRAM"]);

/** A command in the place and with the variables of a shell, but without a terminal (U-GK-14: `/bin/sh -c`). */
export function execEnvironment(command: string, { cwd, env }: ShellEnvironment): ShellEnvironment {
  const variables = Object.entries(env).filter(([name]) => !TERMINAL_VARIABLES.has(name));
  return { file: "/bin/sh", args: ["-c", "--", command], cwd, env: Object.fromEntries(variables) };
}

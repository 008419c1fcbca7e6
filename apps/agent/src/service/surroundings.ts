/** What this machine is like, as far as installing a service depends on it. */
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Surroundings } from "./service-steps.ts";

/** How this very program is started, by anybody and from anywhere. */
export const ownProgram = (): string[] => [
  process.execPath,
  fileURLToPath(new URL("../../bin/ztna.js", import.meta.url)),
];

export const lookAround = (user: string): Surroundings => ({
  hasUser: loginShellOf(user) !== undefined,
  // As sd_booted(3) has it.
  hasSystemd: existsSync("/run/systemd/system"),
  loginShell: isExecutable("/bin/bash") ? "/bin/bash" : "/bin/sh",
});

/** A path, or a folder above it, that a service's user may not get through, if there is one. */
export function firstClosed(path: string): string | undefined {
  const above: string[] = [];
  for (let at = resolve(path); at !== dirname(at); at = dirname(at)) above.push(at);
  return above.reverse().find((each) => existsSync(each) && (statSync(each).mode & 0o005) !== 0o005 && each !== path);
}

/** The shell of an account of this machine; undefined when there is no such account. */
export function loginShellOf(user: string): string | undefined {
  const accounts = readFileSync("/etc/passwd", "utf8").split("\n");
  const account = accounts.map((line) => line.split(":")).find(([name]) => name === user);
  return account && (account[6] || "/bin/sh");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

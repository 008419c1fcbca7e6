/** What runs in a virtual display, so that there is more to see than a black screen. */
import { findExecutable } from "../../pty/find-executable.ts";

/** Whole desktops first, then window managers. */
const SESSIONS: readonly (readonly string[])[] = [
  ["startxfce4"],
  ["startlxqt"],
  ["startlxde"],
  ["mate-session"],
  ["cinnamon-session"],
  ["openbox-session"],
  ["icewm-session"],
  ["fluxbox"],
  ["i3"],
  ["jwm"],
  ["twm"],
  ["xterm", "-geometry", "160x50+0+0"],
];

/** The first of the known ones that is installed; undefined when none is. */
export function findSessionProgram(environment: Readonly<Record<string, string | undefined>>): string[] | undefined {
  const isInstalled = ([program = ""]: readonly string[]) => isProgram(program, environment.PATH);
  return SESSIONS.find(isInstalled)?.slice();
}

export function isProgram(file: string, path: string | undefined): boolean {
  try {
    findExecutable({ file, cwd: "/", path });
    return true;
  } catch {
    return false;
  }
}

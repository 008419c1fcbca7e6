/** Looks whether somebody is there: at logind, and at the X server's screen saver. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { X11Connection } from "../x11/x11-connection.ts";
import { decidePresence, type Presence } from "./decide-presence.ts";
import { lockedHint, sessionIds } from "./locked-hint.ts";

const LOGINCTL_TIMEOUT_MS = 2_000;
const SAVER_ON = 1;

/** @param display as X calls it, such as `:0` */
export async function askPresence(
  connection: X11Connection,
  { display, isVirtual }: { display: string; isVirtual: boolean },
): Promise<Presence> {
  if (isVirtual) return decidePresence({ isVirtual, isLocked: undefined, isScreenSaverOn: false, idleMs: undefined });
  const [isLocked, saver] = await Promise.all([askLogind(display), askScreenSaver(connection)]);
  return decidePresence({ isVirtual, isLocked, isScreenSaverOn: saver?.state === SAVER_ON, idleMs: saver?.idle });
}

async function askScreenSaver({ extension, ask, screen }: X11Connection) {
  const saver = await extension("screen-saver").catch(() => undefined);
  if (!saver) return undefined;
  return ask<{ state: number; idle: number }>((reply) => saver.QueryInfo(screen.root, reply));
}

/** Undefined where there is no logind, or it knows nothing of the display. */
async function askLogind(display: string): Promise<boolean | undefined> {
  const loginctl = async (...args: string[]) =>
    (await promisify(execFile)("loginctl", args, { timeout: LOGINCTL_TIMEOUT_MS })).stdout;
  try {
    const ids = sessionIds(await loginctl("list-sessions", "--no-legend"));
    if (ids.length === 0) return undefined;
    const properties = ["Display", "LockedHint", "State"].flatMap((name) => ["-p", name]);
    return lockedHint(await loginctl("show-session", ...properties, ...ids), display);
  } catch {
    return undefined;
  }
}

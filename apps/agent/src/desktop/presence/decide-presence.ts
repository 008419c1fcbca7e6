/** Whether somebody is there who can be asked. Pure. */

export interface PresenceFacts {
  /** A display that this program started has no screen that anybody could sit at. */
  isVirtual: boolean;
  /** What logind says; undefined where it says nothing. */
  isLocked: boolean | undefined;
  isScreenSaverOn: boolean;
  /** Since anything was typed or moved; undefined where the X server does not tell. */
  idleMs: number | undefined;
}

export type Presence = "there" | "locked" | "nobody_there";

/** Long enough to fetch a coffee: who is asked has less time to answer, and would be found away anyhow. */
const IDLE_LIMIT_MS = 15 * 60_000;

export function decidePresence({ isVirtual, isLocked, isScreenSaverOn, idleMs }: PresenceFacts): Presence {
  if (isVirtual) return "nobody_there";
  if (isLocked === true || isScreenSaverOn) return "locked";
  return idleMs !== undefined && idleMs > IDLE_LIMIT_MS ? "nobody_there" : "there";
}

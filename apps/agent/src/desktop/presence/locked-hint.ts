/** What `loginctl` says about a display's session. Pure. */

/** The ids of `loginctl list-sessions --no-legend`. */
export const sessionIds = (output: string): string[] =>
  output
    .split("\n")
    .map((line) => line.trim().split(/\s+/)[0] ?? "")
    .filter((id) => /^\w+$/.test(id));

/**
 * Whether the session of a display is locked, from `loginctl show-session -p Display -p LockedHint -p State`, which has
 * a paragraph for each session. Undefined when none is of this display.
 */
export function lockedHint(output: string, display: string): boolean | undefined {
  const own = output
    .split(/\n\s*\n/)
    .map((paragraph) => new Map(paragraph.split("\n").map((line) => line.split("=", 2) as [string, string])))
    .filter((session) => session.get("Display") === display && session.get("State") !== "closing");
  return own.length === 0 ? undefined : own.some((session) => session.get("LockedHint") === "yes");
}

import type { SessionView } from "@sallyport/protocol";

/** Which sessions are shown; kept in the address. */
export interface SessionFilter {
  /** Absent: everybody's. */
  who?: "mine";
  /** Absent: those that run. */
  status?: "ended";
  machine?: string;
}

export const chooseSessions = (
  sessions: readonly SessionView[],
  { who, machine }: SessionFilter,
  userId: string,
): SessionView[] =>
  sessions.filter(
    (session) =>
      (who === undefined || session.user_id === userId) && (machine === undefined || session.machine_id === machine),
  );

/** How many sessions run on each machine. */
export function countByMachine(sessions: readonly SessionView[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { machine_id } of sessions) counts.set(machine_id, (counts.get(machine_id) ?? 0) + 1);
  return counts;
}

/** What a dashboard hears on its live socket. The socket only announces; the API is where rows are read. */
import { z } from "zod";
import { DesktopSessionView, ReceivedCandidate } from "../http/desktop.ts";
import { MachineView } from "../http/machines.ts";

export const DashboardEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("machine.changed"), machine: MachineView }),
  z.object({ type: z.literal("machine.deleted"), machine_id: z.uuid() }),
  /** A session began, ended, or got or lost its viewer: read the list again, if you may. */
  z.object({ type: z.literal("sessions.changed") }),
  /** Something was recorded in the organisation's audit log: whatever else is shown may have changed. Once a second at most. */
  // Of refusals alone: only who reads the audit log has anything to read again. A page that reads again what it was refused
  // would be refused again, which is recorded, and told.
  z.object({ type: z.literal("records.changed"), refusals_only: z.boolean() }),
  /** A desktop session changed: to its viewer, the machine's owner, administrators and auditors. */
  z.object({ type: z.literal("desktop.changed"), session: DesktopSessionView }),
  /** To its viewer alone: what the machine answered, and each of its candidates. */
  z.object({ type: z.literal("desktop.answer"), session_id: z.uuid(), sdp_answer: z.string() }),
  z.object({ type: z.literal("desktop.candidate"), session_id: z.uuid(), candidate: ReceivedCandidate }),
  /** The viewer's rights changed: read everything again. */
  z.object({ type: z.literal("access.changed") }),
]);
export type DashboardEvent = z.infer<typeof DashboardEvent>;

/** What a dashboard hears on its live socket. The socket only announces; the API is where rows are read. */
import { z } from "zod";
import { MachineView } from "../http/machines.ts";

export const DashboardEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("machine.changed"), machine: MachineView }),
  z.object({ type: z.literal("machine.deleted"), machine_id: z.uuid() }),
  /** A session began, ended, or got or lost its viewer: read the list again, if you may. */
  z.object({ type: z.literal("sessions.changed") }),
  /** The viewer's rights changed: read everything again. */
  z.object({ type: z.literal("access.changed") }),
]);
export type DashboardEvent = z.infer<typeof DashboardEvent>;

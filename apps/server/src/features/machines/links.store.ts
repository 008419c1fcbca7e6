/** Which machines have a link now, since when, and to which node of the cluster. Written in batches: fleets come at once. */
import { and, eq, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { machines } from "../../platform/db/schema.ts";
import { type Machine, seenAs } from "./machines.store.ts";

/** One link of one machine, told from its other ones by when it came up. */
export interface LinkMark {
  machineId: string;
  /** Milliseconds since the epoch. */
  openedAt: number;
}

const rowsOf = (marks: readonly (LinkMark & { sessionEnabled?: boolean | undefined })[]): string =>
  JSON.stringify(
    marks.map(({ machineId, openedAt, sessionEnabled }) => ({
      id: machineId,
      at: new Date(openedAt).toISOString(),
      session_enabled: sessionEnabled,
    })),
  );

/**
 * Machines that have just linked to a node, and what they say of their own switch; those that were deleted meanwhile
 * are not among the rows.
 */
export async function touchLinked(
  db: Queryable,
  nodeId: string,
  links: readonly (LinkMark & { sessionEnabled: boolean | undefined })[],
): Promise<Machine[]> {
  return db
    .update(machines)
    .set({
      ...seenAs("online"),
      connectedAt: sql`linked.at`,
      linkedNodeId: nodeId,
      // An agent that knows of no switch: on for a machine, off for a node (GK-111).
      agentSessionEnabled: sql`coalesce(linked.session_enabled, ${machines.kind} = 'machine')`,
    })
    .from(sql`jsonb_to_recordset(${rowsOf(links)}::jsonb) AS linked(id uuid, at timestamptz, session_enabled boolean)`)
    .where(eq(machines.id, sql`linked.id`))
    .returning();
}

/** Links that have ended. A newer one of the same machine stays, here or at another node. */
export async function markUnlinked(db: Queryable, nodeId: string, links: readonly LinkMark[]): Promise<void> {
  await db
    .update(machines)
    .set({ connectedAt: null, linkedNodeId: null })
    .from(sql`jsonb_to_recordset(${rowsOf(links)}::jsonb) AS gone(id uuid, at timestamptz)`)
    .where(
      and(eq(machines.id, sql`gone.id`), eq(machines.linkedNodeId, nodeId), eq(machines.connectedAt, sql`gone.at`)),
    );
}

/** A node that starts or stops has no links, whatever the rows say. */
export async function markAllUnlinked(db: Queryable, nodeId: string): Promise<void> {
  await db.update(machines).set({ connectedAt: null, linkedNodeId: null }).where(eq(machines.linkedNodeId, nodeId));
}

/** Which machines have a link now, since when, and to which node of the cluster. Written in batches: fleets come at once. */
import type { DesktopFacts } from "@sallyport/protocol";
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

/** What a machine says of itself on a link; undefined where its agent knows no such thing. */
export interface LinkClaims {
  /** Its own switch. */
  sessionEnabled: boolean | undefined;
  desktop: DesktopFacts | undefined;
}

const rowsOf = (marks: readonly (LinkMark & Partial<LinkClaims>)[]): string =>
  JSON.stringify(
    marks.map(({ machineId, openedAt, sessionEnabled, desktop }) => ({
      id: machineId,
      at: new Date(openedAt).toISOString(),
      session_enabled: sessionEnabled,
      desktop_unavailable: storable(desktop?.unavailable),
      desktop_consent: desktop?.consent,
    })),
  );

/** What a database's text, and JSON in it, can hold of a stranger's words. */
const storable = (text: string | null | undefined): string | undefined => text?.replace(/\0|\p{Cs}/gu, "\ufffd");

/** Machines that have just linked to a node, and what they say; those that were deleted meanwhile are not among the rows. */
export async function touchLinked(
  db: Queryable,
  nodeId: string,
  links: readonly (LinkMark & LinkClaims)[],
): Promise<Machine[]> {
  return db
    .update(machines)
    .set({
      ...seenAs("online"),
      connectedAt: sql`linked.at`,
      linkedNodeId: nodeId,
      // An agent that knows of no switch: on for a machine, off for a node (GK-111).
      agentSessionEnabled: sql`coalesce(linked.session_enabled, ${machines.kind} = 'machine')`,
      desktopUnavailable: sql`linked.desktop_unavailable`,
      desktopConsent: sql`linked.desktop_consent`,
    })
    .from(
      sql`jsonb_to_recordset(${rowsOf(links)}::jsonb) AS linked(id uuid, at timestamptz, session_enabled boolean,
        desktop_unavailable text, desktop_consent text)`,
    )
    .where(eq(machines.id, sql`linked.id`))
    .returning();
}

/** What a machine says of its screen has changed; undefined when another link of it has been written down since. */
export async function setDesktopFacts(
  db: Queryable,
  nodeId: string,
  { machineId, openedAt }: LinkMark,
  { unavailable, consent }: DesktopFacts,
): Promise<Machine | undefined> {
  const [row] = await db
    .update(machines)
    .set({ desktopUnavailable: storable(unavailable) ?? null, desktopConsent: consent })
    .where(
      and(eq(machines.id, machineId), eq(machines.linkedNodeId, nodeId), eq(machines.connectedAt, new Date(openedAt))),
    )
    .returning();
  return row;
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

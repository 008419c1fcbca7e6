import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { nodes } from "../../platform/db/schema.ts";

/** A node says that it lives every few seconds; one that does not for this long has gone, with all that it held. */
const NODE_ALIVE_SECONDS = 15;

/** Condition: the node that a column names lives. */
export const nodeLives = (nodeId: PgColumn): SQL<boolean> =>
  sql<boolean>`EXISTS (SELECT 1 FROM ${nodes} WHERE ${nodes.id} = ${nodeId}
    AND ${nodes.seenAt} > now() - make_interval(secs => ${NODE_ALIVE_SECONDS}::double precision))`;

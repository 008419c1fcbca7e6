/**
 * The cluster's nodes are processes of the control plane; gateways, hubs and spokes are in `features/machines`.
 *
 * This node's row: that it lives, and where machines reach it. A node that stops saying so has no viewers any more,
 * whatever the sessions' rows say.
 */
import { eq, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { nodes } from "../../platform/db/schema.ts";
import type { Logger } from "../../platform/logger.ts";

const RENEW_EVERY_MS = 3_000;
/** Rows of nodes that will not come back. */
const FORGET_AFTER = "1 day";

export class NodeLease {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #id: string;
  #url = "";
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;

  constructor({ db, logger, nodeId }: { db: Database; logger: Logger; nodeId: string }) {
    this.#db = db;
    this.#logger = logger;
    this.#id = nodeId;
  }

  async start(url: string): Promise<void> {
    this.#url = url;
    await this.#db
      .insert(nodes)
      .values({ id: this.#id, url })
      .onConflictDoUpdate({ target: nodes.id, set: { url, startedAt: sql`now()`, seenAt: sql`now()` } });
    await this.#db.delete(nodes).where(sql`${nodes.seenAt} < now() - ${FORGET_AFTER}::interval`);
    this.#timer = setInterval(() => {
      this.#renewing ??= this.#renew().finally(() => {
        this.#renewing = undefined;
      });
    }, RENEW_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    await this.#db.delete(nodes).where(eq(nodes.id, this.#id));
  }

  async #renew(): Promise<void> {
    try {
      await this.#db
        .insert(nodes)
        .values({ id: this.#id, url: this.#url })
        .onConflictDoUpdate({ target: nodes.id, set: { seenAt: sql`now()` } });
    } catch (error) {
      this.#logger.warn({ err: error }, "the node could not say that it lives");
    }
  }
}

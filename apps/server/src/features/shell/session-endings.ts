/**
 * Writes how sessions ended: the row, the audit record, and the library's own.
 *
 * Invariant: an end is written once, however long the database is away; what is not written when the process stops is
 * made up for at its next start.
 */
import type { SecureRemoteTerminalService } from "@sallyport/secure-terminal";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { recordEvent } from "../audit/index.ts";
import type { RelayedSession, SessionEnd } from "./relay.ts";
import { endSession } from "./shell.store.ts";

const RETRY_MS = 1_000;
const SLOWEST_RETRY_MS = 30_000;

interface Ending {
  machineName: string;
  end: SessionEnd;
  ipAddress: string;
}

export class SessionEndings {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #terminal: SecureRemoteTerminalService;
  readonly #underWay = new Set<Promise<void>>();
  #stopping = false;

  constructor({ db, logger, terminal }: { db: Database; logger: Logger; terminal: SecureRemoteTerminalService }) {
    this.#db = db;
    this.#logger = logger;
    this.#terminal = terminal;
  }

  write(session: RelayedSession, ending: Ending): void {
    const writing = this.#persist(session, ending).finally(() => this.#underWay.delete(writing));
    this.#underWay.add(writing);
  }

  /** Waits for what is under way; a database that is away is not waited for. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#underWay);
  }

  async #persist(session: RelayedSession, ending: Ending): Promise<void> {
    await this.#terminal.endSession(session.id);
    for (let waitMs = RETRY_MS; ; waitMs = Math.min(waitMs * 2, SLOWEST_RETRY_MS)) {
      try {
        return await this.#record(session, ending);
      } catch (error) {
        this.#logger.error({ err: error, session_id: session.id }, "the end of a session could not be written");
        if (this.#stopping) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      }
    }
  }

  #record(session: RelayedSession, { machineName, end, ipAddress }: Ending): Promise<void> {
    const cause = end.cause === "failed" ? end.code.toLowerCase() : end.cause;
    const exitCode = end.cause === "exited" ? end.exit.exit_code : null;
    return this.#db.transaction(async (tx) => {
      if (!(await endSession(tx, session.id, { cause, exitCode }))) return;
      await recordEvent(tx, {
        action: "remote.shell_disconnected",
        orgId: session.orgId,
        resourceType: "machine",
        resourceId: session.machineId,
        actorId: session.userId,
        metadata: { machine_name: machineName, session_id: session.id, cause },
        ipAddress,
      });
    });
  }
}

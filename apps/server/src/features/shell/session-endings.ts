/**
 * Writes how sessions ended: the row and its audit record, in one transaction.
 *
 * Invariant: an end is written once, however long the database is away. What is not written when the process stops is
 * found by the machine's next hello: a session that is not there, or one that waits with its exit.
 */
import type { ExitReport, RecordedOutput } from "@sallyport/protocol";
import { eq } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { machines } from "../../platform/db/schema.ts";
import type { Logger } from "../../platform/logger.ts";
import { recordEvent } from "../audit/index.ts";
import { endOf } from "./session-program.ts";
import { endSession, type SessionRow } from "./sessions.store.ts";

const RETRY_MS = 1_000;
const SLOWEST_RETRY_MS = 30_000;

export interface Ending {
  /** `exited`, `viewer_left`, or a lower-case code of the error catalogue. */
  cause: string;
  exitCode: number | null;
  /** The beginning of what a command wrote, where that is recorded. */
  output?: RecordedOutput | undefined;
  /** Why, in words. */
  reason?: string;
  /** Who ended it, when it was a person other than its own viewer. */
  actorId?: string;
  ipAddress?: string;
}

export class SessionEndings {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #ended: (session: SessionRow) => void;
  readonly #underWay = new Set<Promise<void>>();
  #stopping = false;

  /** @param ended told after the row is written, once per session */
  constructor({ db, logger }: { db: Database; logger: Logger }, ended: (session: SessionRow) => void) {
    this.#db = db;
    this.#logger = logger;
    this.#ended = ended;
  }

  /** Writes it in the background, as soon as the database takes it. */
  write(sessionId: string, ending: Ending): void {
    const writing = this.#persist(sessionId, ending).finally(() => this.#underWay.delete(writing));
    this.#underWay.add(writing);
  }

  /** Writes it now. Resolves to whether this was the end: false when the session had ended already. */
  async record(sessionId: string, ending: Ending): Promise<boolean> {
    const session = await this.#db.transaction((tx) => recordEnd(tx, sessionId, ending));
    if (session) this.#ended(session);
    return session !== undefined;
  }

  /** Waits for what is under way; a database that is away is not waited for. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#underWay);
  }

  async #persist(sessionId: string, ending: Ending): Promise<void> {
    for (let waitMs = RETRY_MS; ; waitMs = Math.min(waitMs * 2, SLOWEST_RETRY_MS)) {
      try {
        await this.record(sessionId, ending);
        return;
      } catch (error) {
        this.#logger.error({ err: error, session_id: sessionId }, "the end of a session could not be written");
        if (this.#stopping) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      }
    }
  }
}

/** Ends one session and records it, in the caller's transaction. */
export async function recordEnd(
  tx: Parameters<typeof endSession>[0],
  sessionId: string,
  { cause, exitCode, output, reason, actorId, ipAddress }: Ending,
): Promise<SessionRow | undefined> {
  const session = await endSession(tx, sessionId, { cause, exitCode, output });
  if (!session) return undefined;
  const event = endOf(session, exitCode);
  if (!event) return session;
  const [machine] = await tx.select({ name: machines.name }).from(machines).where(eq(machines.id, session.machineId));
  await recordEvent(tx, {
    action: event.action,
    orgId: session.orgId,
    resourceType: "machine",
    resourceId: session.machineId,
    actorId: actorId ?? session.userId,
    metadata: {
      machine_name: machine?.name,
      session_id: session.id,
      cause,
      ...event.metadata,
      ...(output && recordedText(output)),
      ...(reason !== undefined && { reason }),
      ...(actorId !== undefined && { session_user_id: session.userId }),
    },
    ipAddress: ipAddress ?? session.ipAddress,
  });
  return session;
}

/** A program killed by signal N ends as shells say it: 128 + N. */
export const endingOfProgram = ({ exit_code, signal, output }: Omit<ExitReport, "code">): Ending => ({
  cause: "exited",
  exitCode: exit_code ?? (signal === null ? null : 128 + signal),
  output,
});

/** As text, for people who read the log; the bytes themselves are in the history. */
const recordedText = ({ stdout, stderr, truncated }: RecordedOutput) => ({
  stdout: Buffer.from(stdout, "base64").toString(),
  stderr: Buffer.from(stderr, "base64").toString(),
  output_truncated: truncated,
});

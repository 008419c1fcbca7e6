/**
 * Writes how sessions ended: the row and its audit record, in one transaction; sessions that end together, as commands on
 * many machines do, share one.
 *
 * Invariant: an end is written once, however long the database is away. What is not written when the process stops is
 * found by the machine's next hello: a session that is not there, or one that waits with its exit.
 */
import type { ExitReport, RecordedOutput } from "@sallyport/protocol";
import { Batches } from "../../platform/batches.ts";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { keepTrying } from "../../platform/keep-trying.ts";
import type { Logger } from "../../platform/logger.ts";
import { type AuditEvent, recordEvents } from "../audit/index.ts";
import { endOf } from "./session-program.ts";
import { endSessions, type SessionEnd, type SessionRow } from "./sessions.store.ts";

export interface Ending extends Omit<SessionEnd, "sessionId"> {
  /** Why, in words. */
  reason?: string;
  /** Who ended it, when it was a person other than its own viewer. */
  actorId?: string;
  ipAddress?: string;
}

export class SessionEndings {
  readonly #ends: Batches<Ending & SessionEnd, SessionRow | undefined>;
  readonly #logger: Logger;
  readonly #ended: (session: SessionRow) => void;
  readonly #underWay = new Set<Promise<void>>();
  #stopping = false;

  /** @param ended told after the row is written, once per session */
  constructor({ db, logger }: { db: Database; logger: Logger }, ended: (session: SessionRow) => void) {
    this.#ends = new Batches((ends) => db.transaction((tx) => recordEnds(tx, ends)));
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
    const session = await this.#ends.add({ ...ending, sessionId });
    if (session) this.#ended(session);
    return session !== undefined;
  }

  /** Waits for what is under way; a database that is away is not waited for. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#underWay);
  }

  #persist(sessionId: string, ending: Ending): Promise<void> {
    return keepTrying(() => this.record(sessionId, ending), {
      failed: (error) =>
        this.#logger.error({ err: error, session_id: sessionId }, "the end of a session could not be written"),
      isWanted: () => !this.#stopping,
    });
  }
}

/** Ends sessions and records it, in the caller's transaction; resolves to the rows of those that had not ended, in order. */
export async function recordEnds(
  tx: Queryable,
  ends: readonly (Ending & SessionEnd)[],
): Promise<(SessionRow | undefined)[]> {
  const rows = new Map((await endSessions(tx, ends)).map((row) => [row.id, row]));
  const ended = ends.map((end) => {
    const row = rows.get(end.sessionId);
    // Of two ends of one session the first one is it.
    rows.delete(end.sessionId);
    return { end, row };
  });
  await recordEvents(
    tx,
    ended.flatMap(({ end, row }) => (row && eventOf(end, row)) ?? []),
  );
  return ended.map(({ row }) => row);
}

function eventOf(
  { cause, exitCode, output, reason, actorId, ipAddress }: Ending,
  session: SessionRow & { machineName: string },
): AuditEvent | undefined {
  const event = endOf(session, exitCode);
  return (
    event && {
      action: event.action,
      orgId: session.orgId,
      resourceType: "machine",
      resourceId: session.machineId,
      actorId: actorId ?? session.userId,
      metadata: {
        machine_name: session.machineName,
        session_id: session.id,
        cause,
        ...event.metadata,
        ...(output && recordedText(output)),
        ...(reason !== undefined && { reason }),
        ...(actorId !== undefined && { session_user_id: session.userId }),
      },
      ipAddress: ipAddress ?? session.ipAddress,
    }
  );
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

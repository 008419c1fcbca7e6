/**
 * Ends sessions, wherever their viewers and machines are: because somebody says so, because a right is gone, because
 * the machine lost them. The row is the truth; viewers and machines are told as fast as they can be reached, and those
 * that cannot find out by themselves: nodes look at the rows, machines say hello.
 */
import { AppError, type ExitReport, type HeldSession, ORPHAN_GRACE_MS } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import type { AgentLink, Refusal } from "../link/index.ts";
import { decideLostRight } from "./decide-lost-right.ts";
import type { MachineCommands } from "./machine-commands.ts";
import { type Ending, endingOfProgram, recordEnds, type SessionEndings } from "./session-endings.ts";
import { findEndedSignIns, readGrounds } from "./session-grounds.store.ts";
import { findActiveOfMachines, findSession, findSessions, type SessionRow } from "./sessions.store.ts";
import type { ShellSessions } from "./shell-sessions.ts";

/** A hello that came while the database was away is looked at again this often. */
const RECONCILE_RETRY_MS = 2_000;

export interface SessionAuthorityOptions {
  db: Database;
  logger: Logger;
  sessions: ShellSessions;
  endings: SessionEndings;
  commands: MachineCommands;
}

/** A machine that has just linked, and what it said it holds. */
export interface Arrival {
  link: AgentLink;
  held: readonly HeldSession[];
}

export class SessionAuthority {
  readonly #options: SessionAuthorityOptions;

  constructor(options: SessionAuthorityOptions) {
    this.#options = options;
  }

  /** Ends the session of a row that was just written as ended: its viewer here, its shell if the link is here. */
  enforceEnd(session: SessionRow, reason = session.cause ?? "ended"): void {
    this.#options.sessions.applyRows([session.id], [session]);
    this.#options.commands.end(session, reason.replaceAll("_", " "));
  }

  /**
   * A person ends a session of the organisation.
   *
   * @throws AppError `NOT_FOUND`
   */
  async kill(
    sessionId: string,
    { actor, scope, ipAddress }: { actor: Actor; scope: OrgScope; ipAddress: string },
  ): Promise<void> {
    const { db, endings } = this.#options;
    const session = await findSession(db, scope, sessionId);
    if (!session) throw new AppError("NOT_FOUND", { what: "Session" });
    await endings.record(sessionId, {
      cause: "session_revoked",
      exitCode: null,
      reason: "ended by a person",
      actorId: actor.userId,
      ipAddress,
    });
  }

  /** Ends those sessions whose right is gone, and sends away viewers whose sign-in is. */
  async recheck(which: { orgId?: string; machineId?: string; ids?: readonly string[] }): Promise<void> {
    const { db, logger } = this.#options;
    try {
      this.judge(await readGrounds(db, which));
    } catch (error) {
      // A database that is away must not end sessions; the next round looks again.
      logger.warn({ err: error }, "the rights of sessions could not be checked");
    }
  }

  /** Ends those of these sessions that stand on nothing any more. */
  judge(sessions: Awaited<ReturnType<typeof readGrounds>>): void {
    for (const { sessionId, grounds } of sessions) {
      const reason = decideLostRight(grounds);
      if (reason) this.#revoke(sessionId, reason);
    }
  }

  /** Everything about the viewers here that another node or an administrator's SQL may have changed. */
  async recheckViewers(): Promise<void> {
    const { db, sessions, logger } = this.#options;
    const here = sessions.list();
    if (here.length === 0) return;
    const ids = here.map(({ id }) => id);
    try {
      sessions.applyRows(ids, await findSessions(db, ids));
      const ended = new Set(await findEndedSignIns(db, [...new Set(here.map(({ signInId }) => signInId))]));
      sessions.sendAway(({ signInId }) => ended.has(signInId), "UNAUTHORIZED", "signed out");
    } catch (error) {
      logger.warn({ err: error }, "the viewers of this node could not be checked");
      return;
    }
    await this.recheck({ ids });
  }

  #revoke(sessionId: string, reason: string): void {
    const { sessions, endings } = this.#options;
    // The viewer first: it must not wait for the database.
    if (sessions.end(sessionId, "SESSION_REVOKED", reason)) return;
    endings.write(sessionId, { cause: "session_revoked", exitCode: null, reason });
  }

  /** Ends all sessions of a machine that may not be here any more. The viewers at once, the rows as soon as can be. */
  async endOfMachine(machineId: string, reason: string): Promise<void> {
    const { db, sessions, commands, logger } = this.#options;
    for (const { id } of sessions.list().filter((session) => session.machineId === machineId)) {
      sessions.end(id, "SESSION_REVOKED", reason);
    }
    try {
      for (const session of await findActiveOfMachines(db, [machineId])) {
        commands.end(session, reason);
        this.#revoke(session.id, reason);
      }
    } catch (error) {
      logger.warn({ err: error, machine_id: machineId }, "sessions of a machine could not be ended yet");
    }
  }

  /**
   * Ends a machine's sessions in the transaction that deletes it, while there is something to record them for. Call
   * what it returns after the commit: it tells viewers and machine.
   */
  async endWithMachine(tx: Queryable, machineId: string): Promise<() => void> {
    const reason = "the machine was deleted";
    const active = await findActiveOfMachines(tx, [machineId]);
    const ends = active.map(({ id }) => ({ sessionId: id, cause: "session_revoked", exitCode: null, reason }));
    const ended = (await recordEnds(tx, ends)).filter((row) => row !== undefined);
    return () => {
      for (const session of ended) {
        this.#options.commands.end(session, reason);
        this.#options.sessions.end(session.id, "SESSION_REVOKED", reason);
      }
    };
  }

  /** The machine has let a session go; only its own sessions are its to end. */
  async endedByHost(machineId: string, sessionId: string, exit: ExitReport): Promise<void> {
    const { db, sessions, endings } = this.#options;
    const relay = sessions.find(sessionId)?.relay;
    if (relay?.session.machineId === machineId) {
      const { code = "AGENT_LOST", reason: message = "it ended there", output } = exit;
      return relay.end({ cause: "failed", code, message, output });
    }
    const [row] = await findSessions(db, [sessionId]);
    if (row?.machineId === machineId && row.status === "active") endings.write(sessionId, endingOfHost(exit));
  }

  /** The machine did not carry a command out; only what concerns its own sessions is believed. */
  refused(machineId: string, { sessionId, code, epoch, reason }: Refusal): void {
    const { db, sessions, endings, logger } = this.#options;
    if (sessionId === null) return;
    const seat = sessions.find(sessionId);
    if (seat) {
      if (seat.relay.session.machineId === machineId) seat.reach.refused(code, epoch, reason);
      return;
    }
    // The viewer is at another node, or has gone. What cannot be had is over; anything else is tried again there.
    if (code !== "NO_SUCH_SESSION" && code !== "CANNOT_SPAWN") return;
    findSessions(db, [sessionId])
      .then(([row]) => {
        if (row?.machineId !== machineId || row.status !== "active" || row.attachEpoch !== epoch) return;
        endings.write(sessionId, { cause: "agent_lost", exitCode: null, reason });
      })
      .catch((error: unknown) => logger.warn({ err: error, session_id: sessionId }, "a refusal was not looked up"));
  }

  /**
   * Compares what machines say they hold with what the database says they should. Rows without a terminal end;
   * terminals without an active row are ended, after a moment for a database that may just be recovering.
   */
  async reconcile(arrivals: readonly Arrival[]): Promise<void> {
    const { db, logger } = this.#options;
    const here = arrivals.filter(({ link }) => !link.isOver);
    if (here.length === 0) return;
    try {
      const rows = await findActiveOfMachines(
        db,
        here.map(({ link }) => link.machineId),
      );
      for (const arrival of here) {
        const { machineId } = arrival.link;
        this.#compare(
          arrival,
          rows.filter((row) => row.machineId === machineId),
        );
      }
    } catch (error) {
      logger.warn({ err: error, machines: here.length }, "the sessions of machines could not be compared yet");
      setTimeout(() => void this.reconcile(here), RECONCILE_RETRY_MS).unref();
    }
  }

  #compare({ link, held }: Arrival, rows: readonly SessionRow[]): void {
    const { endings } = this.#options;
    const byId = new Map(held.map((session) => [session.session_id, session]));
    for (const row of rows) {
      const there = byId.get(row.id);
      if (there?.ended) endings.write(row.id, endingOfHost(there.exit));
      else if (!there && row.startedAt && !link.wasToldToStart(row.id)) {
        endings.write(row.id, { cause: "agent_lost", exitCode: null, reason: "the machine lost the session" });
      }
    }
    const active = new Set(rows.map(({ id }) => id));
    const orphans = held.filter((session) => !session.ended && !active.has(session.session_id));
    if (orphans.length > 0) setTimeout(() => void this.#endOrphans(link, orphans), ORPHAN_GRACE_MS).unref();
  }

  async #endOrphans(link: AgentLink, orphans: readonly HeldSession[]): Promise<void> {
    const { db, commands, logger } = this.#options;
    try {
      const rows = await findSessions(
        db,
        orphans.map(({ session_id }) => session_id),
      );
      const active = new Set(rows.filter(({ status }) => status === "active").map(({ id }) => id));
      for (const { session_id: id } of orphans) {
        if (active.has(id)) continue;
        logger.info({ machine_id: link.machineId, session_id: id }, "a terminal without a session is ended");
        const userId = rows.find((row) => row.id === id)?.userId ?? "";
        commands.end({ id, machineId: link.machineId, userId }, "the session is over");
      }
    } catch (error) {
      logger.warn({ err: error, machine_id: link.machineId }, "terminals without a session could not be looked up");
      setTimeout(() => void this.#endOrphans(link, orphans), RECONCILE_RETRY_MS).unref();
    }
  }
}

function endingOfHost(exit: ExitReport | undefined): Ending {
  const hasExited = exit !== undefined && (exit.exit_code !== null || exit.signal !== null);
  if (hasExited && exit.reason === undefined) return endingOfProgram(exit);
  return {
    cause: (exit?.code ?? "AGENT_LOST").toLowerCase(),
    exitCode: exit?.exit_code ?? null,
    reason: exit?.reason ?? "the machine lost the session",
    output: exit?.output,
  };
}

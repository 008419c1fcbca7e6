/** Makes the rows of new sessions. Those that begin together, as commands on many machines do, share one transaction. */
import type { TerminalSize } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { recordEvents } from "../audit/index.ts";
import type { Machine } from "../machines/index.ts";
import { beginningOf, type SessionProgram } from "./session-program.ts";
import { type FullLimit, findFullLimits, insertSessions } from "./sessions.store.ts";
import { lockShellTokens, type ShellToken, spendShellTokens } from "./shell-tokens.store.ts";

/** Who wants to see a session, and how. */
export interface ViewerRequest {
  actor: Actor;
  scope: OrgScope;
  machine: Machine;
  ipAddress: string;
  size: TerminalSize;
  /** What only this window knows; undefined for a viewer that cannot come back. */
  reattachToken: string | undefined;
}

export interface Beginning {
  request: ViewerRequest;
  id: string;
  nodeId: string;
  start: SessionProgram;
  /** Hash of the token that was spent. */
  openedWith: string | null;
}

/**
 * Makes the rows of sessions, and their records, in the caller's transaction. Resolves, for each, to the limit that it
 * would have passed; undefined for those that were made.
 */
export async function beginSessions(
  tx: Queryable,
  beginnings: readonly Beginning[],
): Promise<(FullLimit | undefined)[]> {
  const full = await findFullLimits(
    tx,
    beginnings.map(({ request: { actor, machine }, start }) => ({
      userId: actor.userId,
      machineId: machine.id,
      kind: start.kind,
    })),
  );
  const made = beginnings.filter((_, index) => full[index] === undefined);
  await insertSessions(tx, made.map(rowOf));
  await recordEvents(
    tx,
    made.flatMap((beginning) => eventOf(beginning) ?? []),
  );
  return full;
}

const rowOf = ({ request, id, nodeId, start, openedWith }: Beginning) => {
  const { actor, scope, machine, ipAddress, size, reattachToken } = request;
  const reattachHash = reattachToken === undefined ? null : hashSecret(reattachToken);
  const attachment = { nodeId, signInId: actor.signInId, reattachHash, ipAddress, size, have: 0 };
  return { id, orgId: scope.orgId, userId: actor.userId, machineId: machine.id, openedWith, attachment, ...start };
};

function eventOf({ request: { actor, scope, machine, ipAddress }, id, start }: Beginning) {
  const event = beginningOf(start);
  return (
    event && {
      action: event.action,
      orgId: scope.orgId,
      resourceType: "machine",
      resourceId: machine.id,
      actorId: actor.userId,
      metadata: { machine_name: machine.name, session_id: id, ...event.metadata },
      ipAddress,
    }
  );
}

export interface Redemption {
  request: ViewerRequest;
  tokenHash: string;
  id: string;
  nodeId: string;
}

/**
 * Spends one-time tokens and makes their sessions' rows. Resolves, for each, to what its session runs, to the limit that
 * it would have passed, whose token is not spent, or to undefined for a token that is unknown, used, expired or somebody
 * else's.
 */
export function redeemTokens(
  db: Database,
  redemptions: readonly Redemption[],
): Promise<(SessionProgram | FullLimit | undefined)[]> {
  return db.transaction(async (tx) => {
    const tokens = await lockShellTokens(
      tx,
      redemptions.map(({ tokenHash }) => tokenHash),
    );
    const shown = redemptions.map((redemption) => {
      const token = tokens.get(redemption.tokenHash);
      // Of many who show it at once exactly one gets it.
      tokens.delete(redemption.tokenHash);
      return { redemption, token };
    });
    const fitting = shown.flatMap(({ redemption: { request, id, nodeId, tokenHash }, token }) =>
      token && fits(token, request) ? [{ request, id, nodeId, start: programOf(token), openedWith: tokenHash }] : [],
    );
    const full = await beginSessions(tx, fitting);
    const outcomes = new Map(fitting.map(({ id, start }, index) => [id, full[index] ?? start]));
    // One that somebody else shows is spent, too: it was stolen.
    const spent = shown.filter(({ redemption, token }) => {
      const outcome = outcomes.get(redemption.id);
      return token && !(outcome && "limit" in outcome);
    });
    await spendShellTokens(
      tx,
      spent.map(({ redemption }) => redemption.tokenHash),
    );
    return redemptions.map(({ id }) => outcomes.get(id));
  });
}

const fits = (token: ShellToken, { actor, scope, machine }: ViewerRequest): boolean =>
  !token.expired && token.userId === actor.userId && token.orgId === scope.orgId && token.machineId === machine.id;

const programOf = ({ kind, program, runId }: ShellToken): SessionProgram => ({ kind, program, runId });

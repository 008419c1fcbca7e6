import { ACTION_ENDPOINTS, type ErrorCode, REFUSALS_PER_MINUTE, ROUTES } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { addressGroup } from "../../platform/http/address-group.ts";
import type { RefusedCall } from "../../platform/http/bind-endpoint.ts";
import type { RefusedUpgrade } from "../../platform/live/socket-router.ts";
import type { Logger } from "../../platform/logger.ts";
import { Rounds } from "../../platform/rounds.ts";
import { type ApiCallers, findStanding } from "../access/index.ts";
import type { AuditEvent } from "./audit-event.ts";
import { recordEvents } from "./record-event.ts";

/** Failures that say "you may not", as opposed to "this does not work". */
const RECORDED: ReadonlySet<ErrorCode> = new Set([
  "UNAUTHORIZED",
  "FORBIDDEN",
  "FEATURE_NOT_ENABLED",
  "FEATURE_NOT_AVAILABLE",
  "ACL_DENIED",
  "CONSENT_PENDING",
  "INVALID_CREDENTIALS",
  "INVALID_TOKEN",
  "INVALID_SHELL_TOKEN",
  "INVALID_KEY",
  "KEY_USED",
  "IP_NOT_ALLOWED",
  "TAG_NOT_ALLOWED",
  "INVALID_NODE_KEY",
  "MACHINE_DISABLED",
  "TARGET_NOT_ALLOWED",
  "ORIGIN_NOT_ALLOWED",
] satisfies ErrorCode[]);

const FLUSH_EVERY_MS = 1_000;
const WINDOW_MS = 60_000;
/** Refusals that wait to be written, and kinds of them that are told apart; beyond, they are only counted. */
const MAX_WAITING = 2_000;
const MAX_KINDS = 10_000;
/** Rows of one transaction. */
const BATCH_ROWS = 100;
/** An id as a caller claims it. */
const CLAIM_CHARS = 64;

interface Refusal {
  code: ErrorCode;
  call: string;
  userId: string | undefined;
  machine: { id: string; orgId: string } | undefined;
  /** The organisation that was named; nobody has checked it. */
  claimedOrgId: string | undefined;
  subject: Record<string, string>;
  ipAddress: string;
  at: Date;
  /** Of how many refusals this is the record, when it is of more than one. */
  count?: number;
}

/** Refusals of one caller, for one reason, of one call. */
interface Kind {
  since: number;
  seen: number;
  /** The last of those that are only counted, and how many they are. */
  further: { last: Refusal; count: number } | undefined;
}

/**
 * Records who was turned away, in the background: a refusal is never late or lost because of its record, and the
 * record never fails it. Strangers cannot write into a tenant's chain: only what a member or a machine of it did goes
 * there, everything else into the system's. After REFUSALS_PER_MINUTE of a kind, further ones become one row.
 */
export class RefusalLog {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();
  #waiting: Refusal[] = [];
  #rounds: Rounds | undefined;

  constructor({ db, logger, now = Date.now }: { db: Database; logger: Logger; now?: () => number }) {
    this.#db = db;
    this.#logger = logger;
    this.#now = now;
  }

  start(): void {
    this.#rounds = new Rounds(FLUSH_EVERY_MS, () => this.flush(), {
      logger: this.#logger,
      what: "recording refused requests",
    });
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    await this.#rounds?.stop();
    await this.flush(true);
  }

  refusedCall({ error, call, user, node, orgId, subject, ipAddress }: RefusedCall<ApiCallers>): void {
    this.#add(error.code, {
      call: knownCall(call),
      userId: user?.userId,
      machine: node && { id: node.machineId, orgId: node.scope.orgId },
      claimedOrgId: orgId,
      subject,
      ipAddress,
    });
  }

  refusedUpgrade({ code, path, query, caller, ipAddress }: RefusedUpgrade): void {
    const { userId, machineId, orgId } = caller;
    this.#add(code, {
      call: `GET ${path}`,
      userId,
      machine: machineId !== undefined && orgId !== undefined ? { id: machineId, orgId } : undefined,
      claimedOrgId: query.get("org_id") ?? undefined,
      subject: Object.fromEntries(
        ["machine_id", "session_id"].flatMap((name) => {
          const value = query.get(name);
          return value === null ? [] : [[name, value.slice(0, CLAIM_CHARS)]];
        }),
      ),
      ipAddress,
    });
  }

  /** @param all also what has been counted in a minute that is not over */
  async flush(all = false): Promise<void> {
    const now = this.#now();
    for (const [key, { since, further }] of this.#kinds) {
      if (!all && now - since < WINDOW_MS) continue;
      this.#kinds.delete(key);
      if (further) this.#waiting.push({ ...further.last, count: further.count });
    }
    const batch = this.#waiting;
    this.#waiting = [];
    const unwritten = await this.#write(batch);
    // With the database away they wait, as many as may.
    const waiting = [...unwritten, ...this.#waiting];
    this.#waiting = waiting.slice(0, MAX_WAITING);
    const lost = waiting.length - this.#waiting.length;
    if (lost > 0) this.#logger.error({ count: lost }, "refused requests will not be recorded: too many wait");
  }

  #add(code: ErrorCode, facts: Omit<Refusal, "code" | "at">): void {
    if (!RECORDED.has(code)) return;
    const refusal = {
      ...facts,
      code,
      claimedOrgId: facts.claimedOrgId?.slice(0, CLAIM_CHARS),
      at: new Date(this.#now()),
    };
    const kind = this.#kindOf(refusal);
    kind.seen += 1;
    if (kind.seen <= REFUSALS_PER_MINUTE && this.#waiting.length < MAX_WAITING) this.#waiting.push(refusal);
    else kind.further = { last: refusal, count: (kind.further?.count ?? 0) + 1 };
  }

  #kindOf({ code, call, userId, machine, ipAddress }: Refusal): Kind {
    const own = `${userId ?? machine?.id ?? addressGroup(ipAddress)} ${code} ${call}`;
    // When there are too many to tell apart, the rest is told apart by the reason only.
    const key = this.#kinds.has(own) || this.#kinds.size < MAX_KINDS ? own : `* ${code}`;
    const kind = this.#kinds.get(key) ?? { since: this.#now(), seen: 0, further: undefined };
    this.#kinds.set(key, kind);
    return kind;
  }

  /** @returns those that could not be written */
  async #write(refusals: readonly Refusal[]): Promise<Refusal[]> {
    const byOrg = new Map<string | null, Refusal[]>();
    let unwritten: Refusal[] = [];
    try {
      const homes = new Map<string, Promise<string | null>>();
      for (const refusal of refusals) {
        const key = `${refusal.machine?.orgId} ${refusal.userId} ${refusal.claimedOrgId}`;
        const home = homes.get(key) ?? this.#homeOf(refusal);
        homes.set(key, home);
        const orgId = await home;
        byOrg.set(orgId, [...(byOrg.get(orgId) ?? []), refusal]);
      }
    } catch (error) {
      this.#logger.warn({ err: error, count: refusals.length }, "refused requests could not be recorded yet");
      return [...refusals];
    }
    for (const [orgId, ofOrg] of byOrg) {
      for (let from = 0; from < ofOrg.length; from += BATCH_ROWS) {
        const batch = ofOrg.slice(from, from + BATCH_ROWS);
        try {
          await this.#db.transaction((tx) =>
            recordEvents(
              tx,
              batch.map((refusal) => ({ ...denied(refusal), orgId })),
            ),
          );
        } catch (error) {
          this.#logger.warn({ err: error, count: batch.length }, "refused requests could not be recorded yet");
          unwritten = [...unwritten, ...batch];
        }
      }
    }
    return unwritten;
  }

  /** Whose log it belongs in. */
  async #homeOf({ machine, userId, claimedOrgId }: Refusal): Promise<string | null> {
    if (machine) return machine.orgId;
    if (userId === undefined || claimedOrgId === undefined || !isUuid(claimedOrgId)) return null;
    const orgId = claimedOrgId.toLowerCase();
    return (await findStanding(this.#db, orgId, { userId, limits: null })).role === undefined ? null : orgId;
  }
}

function denied({
  code,
  call,
  userId,
  machine,
  claimedOrgId,
  subject,
  ipAddress,
  at,
  count,
}: Refusal): Omit<AuditEvent, "orgId"> {
  return {
    action: "access.denied",
    resourceType: "call",
    resourceId: call,
    actorId: userId ?? null,
    metadata: {
      code,
      ...(machine && { by_machine_id: machine.id }),
      ...(claimedOrgId !== undefined && { claimed_org_id: claimedOrgId }),
      ...(Object.keys(subject).length > 0 && { subject }),
      at: at.toISOString(),
      ...(count !== undefined && { count }),
    },
    ipAddress,
  };
}

const CALLS: ReadonlySet<string> = new Set(
  ROUTES.map(({ method, path, action }) => (action === null ? `${method} ${path}` : `${method} ${path} ${action}`)),
);
const ACTION_PATHS: ReadonlySet<string> = new Set(ACTION_ENDPOINTS.map(({ path }) => path));

/** An action that does not exist is a text of the caller's: he could make as many kinds of refusals as he likes. */
function knownCall(call: string): string {
  if (CALLS.has(call)) return call;
  const [method = "", path = ""] = call.split(" ");
  return ACTION_PATHS.has(path) ? `${method} ${path} ?` : `${method} ${path}`;
}

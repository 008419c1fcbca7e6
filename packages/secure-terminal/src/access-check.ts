import type { PrismaLike } from "./audit-trail.ts";
import { SecureTerminalError } from "./errors.ts";
import type { Log } from "./logger.ts";

/** Says whether a user may open a terminal on a machine. Only `true` allows. */
export type CheckAccess = (userId: string, machineId: string) => boolean | PromiseLike<boolean>;

/**
 * Who is let in: as the injected check says; without one, whoever names a machine that the handle knows; without
 * either, everybody, which is logged once. No user name is special (H11).
 */
export class AccessCheck {
  readonly #checkAccess: CheckAccess | undefined;
  readonly #prisma: PrismaLike;
  readonly #log: Log;

  constructor(checkAccess: CheckAccess | undefined, prisma: PrismaLike, log: Log) {
    this.#checkAccess = checkAccess;
    this.#prisma = prisma;
    this.#log = log;
    if (!checkAccess && typeof prisma.machine?.findUnique !== "function") log("warn", "AccessCheckMissing");
  }

  /** @throws SecureTerminalError `ACCESS_DENIED`, or `ACCESS_UNKNOWN` when the check itself failed */
  async assertAccess(userId: string, machineId: string): Promise<void> {
    let isAllowed: boolean;
    try {
      isAllowed = await this.#decide(userId, machineId);
    } catch (cause) {
      this.#log("error", "AccessCheckFailed", { userId, machineId, error: messageOf(cause) });
      throw new SecureTerminalError("ACCESS_UNKNOWN", undefined, { cause });
    }
    if (isAllowed) return;
    this.#log("warn", "SessionTokenRejected", { userId, machineId, reason: "no access to this machine" });
    throw new SecureTerminalError("ACCESS_DENIED");
  }

  async #decide(userId: string, machineId: string): Promise<boolean> {
    if (this.#checkAccess) return (await this.#checkAccess(userId, machineId)) === true;
    if (typeof this.#prisma.machine?.findUnique !== "function") return true;
    if (await this.#prisma.machine.findUnique({ where: { id: machineId } })) return true;
    this.#log("warn", "MachineNotFound", { userId, machineId });
    return false;
  }
}

/** What a log may say about a failure of the host's own code. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown error");

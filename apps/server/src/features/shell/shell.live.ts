import {
  AppError,
  clampSize,
  REATTACH_SUBPROTOCOL_PREFIX,
  SHELL_GUARD,
  SHELL_SOCKET_PATH,
  SHELL_SUBPROTOCOL,
  SHELL_TOKEN_SUBPROTOCOL_PREFIX,
  STREAM_MESSAGE_BYTES,
  STREAM_PATH,
  TERMINAL_COLS,
  TERMINAL_ROWS,
  type TerminalSize,
  VIEWER_MESSAGE_BYTES,
} from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { SocketRoute, UpgradeRequest } from "../../platform/live/socket-router.ts";
import { requiredParam, secretParam, streamChallenge } from "../../platform/live/upgrade-params.ts";
import { SharedReads } from "../../platform/shared-reads.ts";
import { type Actor, admit, type OrgScope } from "../access/index.ts";
import { accessTokenOf, bearerToken } from "../auth/index.ts";
import { requireReachable, requireUsable } from "./create-session.ts";
import type { ShellSessions } from "./shell-sessions.ts";
import { FramedViewer, PlainViewer } from "./viewer.ts";

/**
 * The viewer's socket, `GET /api/remote-shell/ws`. Every refusal comes before the handshake, in this order:
 * token, `org_id`, `machine_id`, feature, role, machine, then for a new session the machine's status and the shell
 * token last, so that a token is not spent on a request that would have been refused anyway; for one that runs,
 * `session_id` and who has it.
 */
export function shellRoute({
  db,
  sessions,
  authenticate,
  heartbeatTimeoutSeconds,
}: {
  db: Database;
  sessions: ShellSessions;
  authenticate(token: string | undefined): Promise<Actor>;
  heartbeatTimeoutSeconds: number;
}): SocketRoute {
  // Commands on many machines come together, from one person: who that is, and what he may, is looked up once.
  const actors = new SharedReads<Actor>();
  const admissions = new SharedReads<OrgScope>();
  return {
    path: SHELL_SOCKET_PATH,
    origin: "ours",
    maxMessageBytes: VIEWER_MESSAGE_BYTES,
    async accept(request) {
      const token = accessTokenOf(request);
      const actor = await actors.read(token ?? "", () => authenticate(token));
      request.caller.userId = actor.userId;
      const orgId = requiredParam(request, "org_id");
      const machineId = requiredParam(request, "machine_id");
      const scope = await admissions.read(JSON.stringify([actor, orgId]), () => admit(db, actor, orgId, SHELL_GUARD));
      const framed = request.protocols.includes(SHELL_SUBPROTOCOL);
      // Without frames there are no offsets, so such a viewer could not come back.
      const reattachToken = framed ? reattachTokenOf(request) : undefined;
      const viewer = { actor, scope, ipAddress: request.ipAddress, size: size(request), reattachToken };
      const reserve = async () => {
        if (request.query.has("session_id")) {
          const machine = await requireUsable(db, scope, machineId);
          return sessions.attach(
            { ...viewer, machine },
            {
              sessionId: requiredParam(request, "session_id"),
              have: offset(request, "have"),
              takeOver: request.query.get("takeover") === "1",
            },
          );
        }
        const machine = await requireReachable(db, scope, machineId, heartbeatTimeoutSeconds);
        const shellToken = secretParam(request, "shell_token", SHELL_TOKEN_SUBPROTOCOL_PREFIX);
        if (!shellToken) throw new AppError("INVALID_SHELL_TOKEN", {});
        return sessions.reserve({ ...viewer, machine }, shellToken);
      };
      const reserved = await reserve();
      return {
        ...(framed && { protocol: SHELL_SUBPROTOCOL }),
        open: (socket) =>
          reserved.open((events) => (framed ? new FramedViewer(socket, events) : new PlainViewer(socket, events))),
        abandoned: () => reserved.abandon(),
      };
    },
  };
}

/** The socket that a session host opens for one session. */
export function streamRoute({ sessions }: { sessions: ShellSessions }): SocketRoute {
  return {
    path: STREAM_PATH,
    origin: "none",
    maxMessageBytes: STREAM_MESSAGE_BYTES,
    async accept(request) {
      const challenge = streamChallenge(request);
      const join = sessions.claimStream(bearerToken(request.headers.authorization) ?? "");
      return { open: (socket) => join(socket, challenge) };
    },
  };
}

/** @throws AppError `INVALID_INPUT` for one that somebody could guess */
function reattachTokenOf({ protocols }: UpgradeRequest): string | undefined {
  const token = protocols
    .find((name) => name.startsWith(REATTACH_SUBPROTOCOL_PREFIX))
    ?.slice(REATTACH_SUBPROTOCOL_PREFIX.length);
  if (token === undefined || /^[\w-]{43,128}$/.test(token)) return token;
  throw new AppError("INVALID_INPUT", { reason: "the reattach token must be 32 random bytes in base64url" });
}

/** @throws AppError `INVALID_INPUT` for what is not a byte offset */
function offset({ query }: UpgradeRequest, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new AppError("INVALID_INPUT", { reason: `${name} must be a byte offset` });
  return value;
}

function size({ query }: UpgradeRequest): TerminalSize {
  const read = (name: string, otherwise: number) => (query.has(name) ? Number(query.get(name)) : otherwise);
  return clampSize({ cols: read("cols", TERMINAL_COLS.default), rows: read("rows", TERMINAL_ROWS.default) });
}

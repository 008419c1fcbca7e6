/**
 * Live sockets of dashboards. A socket hears only of the organisation that it was admitted to, and only as long as
 * its owner may: rights are looked at again when they change.
 */
import {
  AppError,
  type DashboardEvent,
  JWT_SUBPROTOCOL_PREFIX,
  LIVE_PATH,
  LIVE_SUBPROTOCOL,
  type Role,
} from "@sallyport/protocol";
import type { WebSocket } from "ws";
import type { Database } from "../../platform/db/database.ts";
import type { SocketRoute } from "../../platform/live/socket-router.ts";
import { type Actor, admit, findStanding, hasRight } from "../access/index.ts";
import { bearerToken, isSignInAlive } from "../auth/index.ts";

/** A dashboard only listens; anything longer than a ping from it is a mistake. */
const MAX_MESSAGE_BYTES = 1_024;
/** A dashboard that does not read is dropped rather than fed; it reads everything anew when it returns. */
const MAX_BUFFERED_BYTES = 1_024 * 1_024;

/** Who may hear an announcement that is not for everybody. */
export interface Hearer {
  userId: string;
  /** As it was when it was last looked at; undefined for who is no member any more. */
  role: Role | undefined;
}

interface Listener extends Pick<Hearer, "role"> {
  socket: WebSocket;
  orgId: string;
  actor: Actor;
}

export class Dashboards {
  readonly #listeners = new Set<Listener>();
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  publish(orgId: string, event: DashboardEvent, isFor: (hearer: Hearer) => boolean = () => true): void {
    const text = JSON.stringify(event);
    for (const { socket, orgId: listensTo, actor, role } of this.#listeners) {
      if (listensTo !== orgId || !isFor({ userId: actor.userId, role })) continue;
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
      else socket.send(text);
    }
  }

  /** Organisations of which somebody is told news. */
  listenedTo(): Set<string> {
    return new Set([...this.#listeners].map(({ orgId }) => orgId));
  }

  /** Closes sockets whose owner is no longer a member; tells the others to read their rights again. */
  async rightsChanged(orgId: string): Promise<void> {
    await this.recheck((listener) => listener.orgId === orgId);
    this.publish(orgId, { type: "access.changed" });
  }

  /** Closes the sockets of those who may not listen any more, also for changes that nobody announced. */
  async recheck(matches: (listener: Listener) => boolean = () => true): Promise<void> {
    for (const listener of [...this.#listeners].filter(matches)) {
      const { orgId, actor, socket } = listener;
      const isSignedIn = await isSignInAlive(this.#db, actor.signInId, actor.userId);
      const { role } = await findStanding(this.#db, orgId, actor);
      listener.role = role;
      if (!isSignedIn) socket.close(4401, "signed out");
      else if (!hasRight(role, "member")) socket.close(4403, "no longer a member");
    }
  }

  signedOut(signInId: string): void {
    for (const { actor, socket } of this.#listeners) {
      if (actor.signInId === signInId) socket.close(4401, "signed out");
    }
  }

  close(): void {
    for (const { socket } of this.#listeners) socket.close(1012, "restarting");
  }

  route(authenticate: (token: string | undefined) => Promise<Actor>): SocketRoute {
    return {
      path: LIVE_PATH,
      origin: "ours",
      maxMessageBytes: MAX_MESSAGE_BYTES,
      accept: async ({ query, headers, protocols, caller }) => {
        const offered = protocols.find((name) => name.startsWith(JWT_SUBPROTOCOL_PREFIX));
        const token = bearerToken(headers.authorization) ?? offered?.slice(JWT_SUBPROTOCOL_PREFIX.length);
        const actor = await authenticate(token);
        caller.userId = actor.userId;
        const [orgId, ...more] = query.getAll("org_id");
        if (more.length > 0) throw new AppError("AMBIGUOUS_PARAM", { param: "org_id" });
        if (!orgId) throw new AppError("MISSING_FIELDS", { field: "org_id" });
        const scope = await admit(this.#db, actor, orgId, { right: "member" });
        const { role } = await findStanding(this.#db, scope.orgId, actor);
        return {
          ...(protocols.includes(LIVE_SUBPROTOCOL) && { protocol: LIVE_SUBPROTOCOL }),
          open: (socket) => {
            const listener: Listener = { socket, orgId: scope.orgId, actor, role };
            this.#listeners.add(listener);
            // What changed while the handshake was under way found nobody to tell.
            this.recheck((each) => each === listener).catch(() => socket.close(1011, "the rights cannot be read"));
            socket.once("close", () => this.#listeners.delete(listener));
          },
        };
      },
    };
  }
}

import {
  AppError,
  DESKTOP_FRAME_BYTES,
  DESKTOP_GUARD,
  DESKTOP_SOCKET_PATH,
  DESKTOP_STREAM_PATH,
  DESKTOP_SUBPROTOCOL,
  VIEWER_MESSAGE_BYTES,
} from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { SocketRoute } from "../../platform/live/socket-router.ts";
import { requiredParam, streamChallenge } from "../../platform/live/upgrade-params.ts";
import { type Actor, admit } from "../access/index.ts";
import { accessTokenOf, bearerToken } from "../auth/index.ts";
import { currentSession } from "./current-session.ts";
import type { DesktopDelivery } from "./desktop-delivery.ts";
import type { DesktopStreams } from "./desktop-streams.ts";
import { requireSignalling } from "./signal-desktop.ts";

/**
 * The viewer's socket, `GET /api/remote-desktop/ws`, for when WebRTC cannot pass. Every refusal comes before the handshake
 * in this order: token, `org_id`, `session_id`, feature, membership, whose session it is, its end, consent, and
 * last the subprotocol.
 */
export function desktopSocketRoute({
  db,
  delivery,
  streams,
  authenticate,
}: {
  db: Database;
  delivery: DesktopDelivery;
  streams: DesktopStreams;
  authenticate(token: string | undefined): Promise<Actor>;
}): SocketRoute {
  return {
    path: DESKTOP_SOCKET_PATH,
    origin: "ours",
    maxMessageBytes: VIEWER_MESSAGE_BYTES,
    async accept(request) {
      const actor = await authenticate(accessTokenOf(request));
      request.caller.userId = actor.userId;
      const orgId = requiredParam(request, "org_id");
      const sessionId = requiredParam(request, "session_id");
      const scope = await admit(db, actor, orgId, DESKTOP_GUARD);
      const by = { actor, scope, ipAddress: request.ipAddress };
      const tellEnd = (ended: Parameters<DesktopDelivery["tellEnd"]>[0]) => delivery.tellEnd(ended);
      const session = await currentSession({ db, tellEnd }, scope, sessionId);
      await requireSignalling(db, by, session);
      if (!request.protocols.includes(DESKTOP_SUBPROTOCOL)) {
        throw new AppError("PROTOCOL_ERROR", { reason: `the subprotocol must be ${DESKTOP_SUBPROTOCOL}` });
      }
      const reserved = await streams.reserve(by, session);
      return {
        protocol: DESKTOP_SUBPROTOCOL,
        open: (viewer) => reserved.open(viewer),
        abandoned: () => reserved.abandon(),
      };
    },
  };
}

/** The socket that a machine opens to show one desktop. */
export function desktopStreamRoute({ streams }: { streams: DesktopStreams }): SocketRoute {
  return {
    path: DESKTOP_STREAM_PATH,
    origin: "none",
    maxMessageBytes: DESKTOP_FRAME_BYTES,
    async accept(request) {
      const challenge = streamChallenge(request);
      const join = streams.claim(bearerToken(request.headers.authorization) ?? "");
      return { open: (stream) => join(stream, challenge) };
    },
  };
}

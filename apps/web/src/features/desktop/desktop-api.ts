/** The calls that a viewer makes, and the news that it hears. */
import { socketUrl } from "@sallyport/client";
import {
  DESKTOP_SOCKET_PATH,
  DESKTOP_SUBPROTOCOL,
  type DesktopSessionType,
  type DesktopSessionView,
  desktopApi,
  type IceCandidate,
  type IceServer,
  JWT_SUBPROTOCOL_PREFIX,
  type ReceivedCandidate,
  RemoteError,
} from "@sallyport/protocol";
import type { z } from "zod";
import { baseUrl, sessionKeeper, sessionStore, signedIn } from "../../api/client.ts";
import { t } from "../../lib/texts.ts";
import { leftSession } from "./page-leaves.ts";

export interface SessionStatus {
  session: DesktopSessionView & { sdp_offer: string | null; sdp_answer: string | null };
  agent_candidates: z.infer<typeof ReceivedCandidate>[];
}

/** All reject with `RemoteError`. */
export interface DesktopApi {
  /** Resolves to the new session's id. */
  initiate(type: DesktopSessionType): Promise<string>;
  status(sessionId: string): Promise<SessionStatus>;
  iceServers(sessionId: string): Promise<IceServer[]>;
  offer(sessionId: string, sdp: string): Promise<unknown>;
  candidate(sessionId: string, candidate: IceCandidate): Promise<unknown>;
  connected(sessionId: string): Promise<unknown>;
  disconnect(sessionId: string): Promise<unknown>;
  /** The same, from a page that is going. */
  leave(sessionId: string): void;
  /** Whether it is the session that was left last: it may not have ended yet. */
  hasLeft(sessionId: string): boolean;
  /** Opens the stream through the control plane. */
  dial(sessionId: string): Promise<WebSocket>;
}

export function desktopCalls(orgId: string, machineId: string): DesktopApi {
  const of = (session_id: string) => ({ org_id: orgId, session_id });
  return {
    initiate: async (session_type) => {
      const input = { org_id: orgId, machine_id: machineId, session_type };
      return (await signedIn((client) => client.act(desktopApi, "initiate", input))).session_id;
    },
    status: (id) => signedIn((client) => client.act(desktopApi, "status", of(id))),
    iceServers: async (id) => (await signedIn((client) => client.act(desktopApi, "ice_servers", of(id)))).ice_servers,
    offer: (id, sdp_offer) => signedIn((client) => client.act(desktopApi, "offer", { ...of(id), sdp_offer })),
    candidate: (id, candidate) =>
      signedIn((client) => client.act(desktopApi, "viewer_ice_candidate", { ...of(id), candidate })),
    connected: (id) => signedIn((client) => client.act(desktopApi, "connected", of(id))),
    disconnect: (id) => signedIn((client) => client.act(desktopApi, "disconnect", of(id))),
    hasLeft: (id) => leftSession.read() === id,
    leave: (id) => {
      leftSession.write(id);
      const token = sessionStore.read()?.access_token;
      if (!token) return;
      const body = JSON.stringify({ action: "disconnect", ...of(id) });
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      fetch(new URL(desktopApi.path, baseUrl), { method: "POST", keepalive: true, headers, body }).catch(() => {});
    },
    dial: async (id) => {
      const token = await sessionKeeper.accessToken();
      if (!token) throw new RemoteError(401, { code: "UNAUTHORIZED", message: t("Your sign-in has ended") });
      // The token is a subprotocol and not part of the address, because addresses end up in logs.
      return new WebSocket(socketUrl(baseUrl, DESKTOP_SOCKET_PATH, of(id)), [
        DESKTOP_SUBPROTOCOL,
        `${JWT_SUBPROTOCOL_PREFIX}${token}`,
      ]);
    },
  };
}

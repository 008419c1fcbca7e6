import { z } from "zod";
import { action, actionEndpoint } from "./endpoint.ts";
import { AnyId } from "./fields.ts";

/** `POST /api/remote-shell`: contract rows RS-001 to RS-118. */
export const shellApi = actionEndpoint({
  path: "/api/remote-shell",
  summary: "Browser shells, opened with one-time tokens",
  guard: { right: "admin", feature: "remote_management" },
  actions: {
    create_session: action({
      summary: "Make a one-time token for the shell WebSocket of one machine",
      input: z.object({ org_id: AnyId, machine_id: AnyId }),
      output: z.object({
        /** Two version-4 UUIDs joined by a hyphen. */
        token: z.string(),
        tailnet_ip: z.string(),
        port: z.literal(2222),
        machine_name: z.string(),
        expires_in: z.literal(300),
      }),
      errors: ["NOT_FOUND", "MACHINE_OFFLINE", "NO_TAILNET_IP", "AUDIT_UNAVAILABLE", "TOO_MANY_SESSIONS"],
    }),
  },
});

/** Where a viewer's shell WebSocket is opened. */
export const SHELL_SOCKET_PATH = "/api/remote-shell/ws";
/** Where an agent keeps its link. */
export const LINK_PATH = "/api/agent/link";
/** Where an agent opens the stream of one session. */
export const STREAM_PATH = "/api/agent/stream";
/** Where a dashboard hears of changes. */
export const LIVE_PATH = "/api/live";

/** Subprotocol of framed viewers; without it the socket carries plain bytes. */
export const SHELL_SUBPROTOCOL = "sallyport.v1";
export const LIVE_SUBPROTOCOL = "sallyport.live.v1";

/**
 * Browsers cannot set headers on a WebSocket and a URL ends up in logs, so our own page sends its secrets as
 * subprotocols. The server never selects one of these.
 */
export const JWT_SUBPROTOCOL_PREFIX = "sallyport.jwt.";
export const SHELL_TOKEN_SUBPROTOCOL_PREFIX = "sallyport.shell-token.";

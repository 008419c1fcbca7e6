import { z } from "zod";
import { action, actionEndpoint, type Guard } from "./endpoint.ts";
import { AnyId } from "./fields.ts";

/** What a session runs. */
export const SESSION_KINDS = ["shell", "exec", "diagnostic"] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** One session, as lists show it: who is on what, since when, from where. */
export const SessionView = z.object({
  id: z.uuid(),
  kind: z.enum(SESSION_KINDS),
  machine_id: z.uuid(),
  machine_name: z.string(),
  user_id: z.uuid(),
  user_email: z.string(),
  status: z.enum(["active", "ended"]),
  /** Whether a viewer is on it now. */
  attached: z.boolean(),
  /** When its newest viewer came, RFC 3339; null when none has. */
  attached_at: z.string().nullable(),
  /** Address of its newest viewer. */
  ip_address: z.string().nullable(),
  created_at: z.string(),
  ended_at: z.string().nullable(),
  /** Why it ended: `exited`, or a lower-case code of the error catalogue. */
  cause: z.string().nullable(),
  exit_code: z.number().int().nullable(),
});
export type SessionView = z.infer<typeof SessionView>;

/** What it takes to open a shell, and to keep it: RS-007, RS-008. */
export const SHELL_GUARD = { right: "admin", feature: "remote_management" } as const satisfies Guard;

/** `POST /api/remote-shell`: contract rows RS-001 to RS-118. */
export const shellApi = actionEndpoint({
  path: "/api/remote-shell",
  summary: "Browser shells, opened with one-time tokens",
  guard: SHELL_GUARD,
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
    list_sessions: action({
      summary: "Sessions of the organisation, newest first: those that run, or those that ended lately",
      input: z.object({
        org_id: AnyId,
        machine_id: AnyId.optional(),
        status: z.enum(["active", "ended"]).default("active"),
      }),
      output: z.object({ sessions: z.array(SessionView) }),
      errors: [],
    }),
    session_status: action({
      summary: "One session, and whether the caller may attach to it",
      input: z.object({
        org_id: AnyId,
        session_id: AnyId,
        /** Of the viewer that asks; see `REATTACH_SUBPROTOCOL_PREFIX`. */
        reattach_token: z.string().max(256).optional(),
      }),
      output: z.object({
        session: SessionView,
        /**
         * `yes`; `takeover` when another window had it last: one that comes new need not take over while `attached` is
         * false, one that was cut off must; `no` when it ended or is not the caller's.
         */
        may_attach: z.enum(["yes", "takeover", "no"]),
      }),
      errors: ["NOT_FOUND"],
    }),
    end_session: action({
      summary: "End a session: its shell is hung up and its viewer is told",
      input: z.object({ org_id: AnyId, session_id: AnyId }),
      output: z.object({ session_id: z.uuid(), status: z.literal("ended") }),
      errors: ["NOT_FOUND", "AUDIT_UNAVAILABLE"],
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

/**
 * A viewer makes 32 random bytes of its own, base64url, once, and shows them at each of its attaches: whoever shows
 * the ones of the last attach is the same window and need not ask before it takes over from itself. They give no right.
 */
export const REATTACH_SUBPROTOCOL_PREFIX = "sallyport.reattach.";

import { z } from "zod";
import { ICE_CANDIDATE_CHARS, SDP_BYTES } from "../limits.ts";
import { action, actionEndpoint, type Guard } from "./endpoint.ts";
import { AnyId, Instant, STORABLE } from "./fields.ts";

export const DESKTOP_SESSION_TYPES = ["admin", "peer"] as const;
export const DesktopSessionType = z.enum(DESKTOP_SESSION_TYPES);
export type DesktopSessionType = z.infer<typeof DesktopSessionType>;

/** the first four are live, the others final. */
export const DESKTOP_STATUSES = [
  "pending",
  "signaling",
  "connecting",
  "active",
  "disconnected",
  "rejected",
  "expired",
] as const;
export const DesktopStatus = z.enum(DESKTOP_STATUSES);
export type DesktopStatus = z.infer<typeof DesktopStatus>;

/** One desktop session, as lists and events show it. */
export const DesktopSessionView = z.object({
  id: z.uuid(),
  org_id: z.uuid(),
  machine_id: z.uuid(),
  machine_name: z.string(),
  viewer_user_id: z.uuid(),
  viewer_email: z.string(),
  viewer_machine_id: z.uuid().nullable(),
  session_type: DesktopSessionType,
  status: DesktopStatus,
  consent_required: z.boolean(),
  /** Null until somebody has decided. */
  consent_granted: z.boolean().nullable(),
  created_at: Instant,
  started_at: Instant.nullable(),
  ended_at: Instant.nullable(),
  duration_seconds: z.number().int().nullable(),
  /** Why it ended, in words. */
  end_reason: z.string().nullable(),
  /** Why the machine shows no desktop, in its own words; null as long as it did not refuse. */
  refusal: z.string().nullable(),
});
export type DesktopSessionView = z.infer<typeof DesktopSessionView>;

/** `RTCIceServer` of the W3C. */
export const IceServer = z.object({
  urls: z.array(z.string().max(512)),
  username: z.string().max(512).optional(),
  credential: z.string().max(512).optional(),
});
export type IceServer = z.infer<typeof IceServer>;

/** `RTCIceCandidateInit` of the W3C. An empty `candidate` says that there will be no more. */
export const IceCandidate = z.object({
  candidate: z.string().max(ICE_CANDIDATE_CHARS).regex(STORABLE),
  sdpMid: z.string().max(64).regex(STORABLE).nullish(),
  sdpMLineIndex: z.number().int().min(0).max(63).nullish(),
  usernameFragment: z.string().max(256).regex(STORABLE).nullish(),
});
export type IceCandidate = z.infer<typeof IceCandidate>;

/** A candidate as it was received; `id` rises in the order in which they came. */
export const ReceivedCandidate = z.object({ id: z.number().int(), candidate: IceCandidate });

const Sdp = z
  .string()
  .min(1)
  .regex(STORABLE, "must not contain NUL")
  .refine((text) => new TextEncoder().encode(text).length <= SDP_BYTES, `must have at most ${SDP_BYTES} bytes`)
  .refine((text) => text.startsWith("v=0"), "must be a session description (v=0 …)");

/** Either the object of the W3C, or only its line. */
const AnyCandidate = z
  .union([IceCandidate, z.string().max(ICE_CANDIDATE_CHARS).regex(STORABLE)])
  .transform((value) => (typeof value === "string" ? { candidate: value } : value));

const Session = z.object({ org_id: AnyId, session_id: AnyId });
/** `node_key` is asked for before the other fields: whoever has none is told so, and nothing else. */
const OfMachine = z.object({ node_key: z.string().max(256), session_id: AnyId });
const StatusAnswer = z.object({ session_id: z.uuid(), status: DesktopStatus });

/** What it takes to use desktops, also for the viewer's socket. */
export const DESKTOP_GUARD = { right: "member", feature: "remote_desktop" } as const satisfies Guard;

/** `POST /api/remote-desktop`: contract rows RD-001 to RD-138. */
export const desktopApi = actionEndpoint({
  path: "/api/remote-desktop",
  summary: "Remote desktops: who may see one, consent, and the signalling of WebRTC",
  guard: DESKTOP_GUARD,
  actions: {
    initiate: action({
      summary: "Ask for a session on a machine: admin sessions for administrators, peer sessions for members",
      input: z.object({
        org_id: AnyId,
        machine_id: AnyId,
        session_type: DesktopSessionType.default("peer"),
        /** The machine that the viewer sits at; access rules look at it and at all machines that are the viewer's. */
        viewer_machine_id: AnyId.optional(),
        /** Only owner and administrators can go without in a peer session. */
        consent_required: z.boolean().optional(),
      }),
      output: z.object({
        session_id: z.uuid(),
        machine_name: z.string(),
        tailnet_ip: z.string().nullable(),
        session_type: DesktopSessionType,
        status: DesktopStatus,
        consent_required: z.boolean(),
        consent_granted: z.boolean().nullable(),
        /** Seconds until it expires if it is not connected. */
        expires_in: z.number().int(),
      }),
      errors: ["FORBIDDEN", "NOT_FOUND", "ACL_DENIED", "MACHINE_OFFLINE", "SESSION_EXISTS", "MACHINE_DISABLED"],
    }),
    ice_servers: action({
      summary: "STUN and TURN servers for the viewer's next offer, with credentials that last a while",
      input: Session,
      output: z.object({
        ice_servers: z.array(IceServer),
        /** Seconds that the credentials last; null without any. */
        expires_in: z.number().int().nullable(),
      }),
      errors: ["NOT_FOUND", "FORBIDDEN", "CONSENT_PENDING", "INVALID_STATE"],
    }),
    offer: action({
      summary:
        "The viewer's session description; it goes to the machine at once. Another one starts anew, without candidates",
      input: Session.extend({ sdp_offer: Sdp }),
      output: StatusAnswer,
      errors: ["NOT_FOUND", "FORBIDDEN", "CONSENT_PENDING", "INVALID_STATE"],
    }),
    answer: action({
      summary: "The machine's session description; it goes to the viewer at once",
      credential: "node",
      guard: null,
      input: OfMachine.extend({ sdp_answer: Sdp }),
      output: StatusAnswer,
      errors: ["NOT_FOUND", "FORBIDDEN", "CONSENT_PENDING", "INVALID_STATE"],
    }),
    viewer_ice_candidate: action({
      summary: "One of the viewer's addresses, for the machine",
      input: Session.extend({ candidate: AnyCandidate }),
      output: StatusAnswer,
      errors: ["NOT_FOUND", "FORBIDDEN", "CONSENT_PENDING", "INVALID_STATE"],
    }),
    agent_ice_candidate: action({
      summary: "One of the machine's addresses, for the viewer",
      credential: "node",
      guard: null,
      input: OfMachine.extend({ candidate: AnyCandidate }),
      output: StatusAnswer,
      errors: ["NOT_FOUND", "FORBIDDEN", "CONSENT_PENDING", "INVALID_STATE"],
    }),
    connected: action({
      summary: "The viewer sees the desktop: the session is active from now on",
      input: Session,
      output: StatusAnswer.extend({ started_at: Instant }),
      errors: ["NOT_FOUND", "FORBIDDEN", "CONSENT_PENDING", "INVALID_STATE"],
    }),
    status: action({
      summary: "One session; its descriptions and candidates only for its viewer and administrators",
      input: Session,
      output: z.object({
        session: DesktopSessionView.extend({ sdp_offer: z.string().nullable(), sdp_answer: z.string().nullable() }),
        /** What the machine has sent so far. */
        agent_candidates: z.array(ReceivedCandidate),
      }),
      errors: ["NOT_FOUND"],
    }),
    list: action({
      summary:
        "Sessions, newest first: all for administrators and auditors, otherwise one's own and those on one's machines",
      input: z.object({
        org_id: AnyId,
        machine_id: AnyId.optional(),
        status: DesktopStatus.optional(),
        limit: z.number().int().min(1).max(500).default(50),
      }),
      output: z.object({ sessions: z.array(DesktopSessionView) }),
      errors: [],
    }),
    disconnect: action({
      summary: "End a session: its viewer or an administrator",
      input: Session,
      output: StatusAnswer.extend({
        /** Null for a session that never started (RD-099). */
        duration_seconds: z.number().int().nullable(),
      }),
      errors: ["NOT_FOUND", "FORBIDDEN"],
    }),
    terminate: action({
      summary: "End one session, or all on a machine, by force",
      guard: { right: "admin", feature: "remote_desktop" },
      input: z.object({ org_id: AnyId, session_id: AnyId.optional(), machine_id: AnyId.optional() }),
      output: z.object({ terminated_count: z.number().int() }),
      errors: ["NOT_FOUND"],
    }),
    approve_consent: action({
      summary: "Consent to a session: the machine's owner or an administrator",
      input: Session,
      output: z.object({ session_id: z.uuid(), consent_granted: z.literal(true) }),
      errors: ["NOT_FOUND", "FORBIDDEN", "NO_CONSENT_NEEDED", "INVALID_STATE"],
    }),
    reject_consent: action({
      summary: "Refuse a session, or take the consent back: it ends",
      input: Session,
      output: z.object({ session_id: z.uuid(), status: z.literal("rejected") }),
      errors: ["NOT_FOUND", "FORBIDDEN", "NO_CONSENT_NEEDED", "INVALID_STATE"],
    }),
  },
});

/** The viewer's socket when WebRTC cannot pass: `?org_id=&session_id=`, the access token as for shells. */
export const DESKTOP_SOCKET_PATH = "/api/remote-desktop/ws";
/** What it speaks: texts of `DesktopInput` to the machine, frames of `video-frame.ts` from it. */
export const DESKTOP_SUBPROTOCOL = "sallyport.desktop.v1";
/** The socket that a machine opens for it, with the one-time token of the signed `desktop_stream`. */
export const DESKTOP_STREAM_PATH = "/api/agent/desktop";

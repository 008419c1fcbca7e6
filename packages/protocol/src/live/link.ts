/**
 * Messages on an agent's link, JSON text both ways. What the control plane wants done travels only as a signed
 * command (`SecureMessage` of @sallyport/secure-terminal), which the session host verifies before it acts.
 */
import { z } from "zod";
import { DesktopSessionType, IceServer, ReceivedCandidate } from "../http/desktop.ts";
import { ConsentPolicy } from "../http/machines.ts";
import type { SessionKind } from "../http/shell.ts";
import { DiagnosticRequest } from "../http/troubleshoot.ts";
import { DESKTOPS_HELD, EXEC_COMMAND_CHARS, EXEC_RECORDED_BYTES, SESSIONS_PER_MACHINE } from "../limits.ts";
import { ExitCode, RecordedOutput } from "../stream/payloads.ts";

const SessionId = z.uuid();
const Challenge = z.string().regex(/^[0-9a-f]{64}$/);
const Claim = z.string().max(128);
/** A byte offset: counts from 0 per session and direction, below 2^53. */
const Offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** How a session's program ended. `reason` says why when it did not end by itself. */
export const ExitReport = z.object({
  exit_code: ExitCode.nullable(),
  signal: z.number().int().nullable(),
  reason: z.string().max(200).optional(),
  /** Of the error catalogue, where one fits better than that the machine lost it. */
  code: z.enum(["COMMAND_TIMEOUT"]).optional().catch(undefined),
  /** Of a command, where it is to be recorded: the beginning of what it wrote. */
  output: RecordedOutput.optional(),
});
export type ExitReport = z.infer<typeof ExitReport>;

/** One session that the host holds: which bytes it still has, and how many typed bytes reached the PTY. */
export const HeldSession = z.object({
  session_id: SessionId,
  epoch: z.number().int().nonnegative(),
  base: Offset,
  end: Offset,
  in_next: Offset,
  /** Its program has ended; what it said last and its exit wait for a viewer. */
  exit: ExitReport.optional(),
  /** The host has let it go, with this exit. Listed for a while, for a control plane that was away. */
  ended: z.boolean().optional(),
});
export type HeldSession = z.infer<typeof HeldSession>;

/** Why a machine did not do what it was told. */
export const RefusalCode = z.enum([
  /** The command is not genuine, not understood, or not known. */
  "INVALID_COMMAND",
  /** There is no such session, or it is over: attaching again cannot help. */
  "NO_SUCH_SESSION",
  "SESSION_ENDED",
  /** The shell could not be started, or the machine takes no more. */
  "CANNOT_SPAWN",
  /** A later attachment was there first. */
  "STALE_EPOCH",
  /** The node could not be reached, or did not let the stream in. Another attachment may do better. */
  "STREAM_FAILED",
  /** The machine shows no desktop. */
  "NO_DESKTOP",
  /** The machine's own configuration allows no sessions. */
  "SESSIONS_DISABLED",
  /** Not now: the host is starting or stopping. */
  "HOST_UNAVAILABLE",
]);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** What a machine says of its screen. */
export const DesktopFacts = z.object({
  /** Why none can be shown, in words that help; null when one can. */
  unavailable: z.string().max(500).nullable(),
  consent: ConsentPolicy,
});
export type DesktopFacts = z.infer<typeof DesktopFacts>;

/** The person at the machine has answered `desktop_ask`; or nobody did, and why. */
export const DesktopConsent = z.object({
  type: z.literal("desktop_consent"),
  session_id: SessionId,
  outcome: z.enum(["granted", "refused", "timed_out", "nobody_there", "locked"]),
});

/** The machine shows a desktop no more: its person ended it, or it broke. */
export const DesktopEnded = z.object({
  type: z.literal("desktop_ended"),
  session_id: SessionId,
  by_person: z.boolean(),
  reason: z.string().max(200),
});

export const AgentMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    protocol: z.number().int(),
    version: Claim,
    hostname: Claim,
    os: Claim,
    /** Fresh random bytes: keys of this connection's commands are derived from it, so nothing can be replayed. */
    challenge: Challenge,
    /** Changes when the session host restarts: sessions of another host are gone. */
    host_id: z.uuid(),
    /** The machine's own switch. Absent from agents that know none: on for a machine, off for a node. */
    session_enabled: z.boolean().optional(),
    /** Absent from agents that show no desktops. */
    desktop: DesktopFacts.optional(),
    /** Desktop sessions that it shows or asks about: it is told of those that ended while it was away. */
    desktops: z.array(SessionId).max(DESKTOPS_HELD).optional(),
    sessions: z.array(HeldSession).max(SESSIONS_PER_MACHINE * 2),
  }),
  z.object({ type: z.literal("heartbeat") }),
  /** It has changed: somebody signed in, or a virtual display was started. */
  z.object({ type: z.literal("desktop"), desktop: DesktopFacts }),
  DesktopConsent,
  DesktopEnded,
  /** The machine goes on purpose (`ztna down`): offline at once, not after the timeout. */
  z.object({ type: z.literal("goodbye") }),
  /** The host has let a session go: nothing of it is left. */
  z.object({ type: z.literal("session_ended"), session_id: SessionId, exit: ExitReport }),
  /** A command was not carried out, or its stream could not be opened. `epoch` is that of the attachment, if it was one. */
  z.object({
    type: z.literal("refused"),
    session_id: SessionId.nullable(),
    code: RefusalCode,
    epoch: z.number().int().positive().optional(),
    reason: z.string().max(200),
  }),
]);
export type AgentMessage = z.infer<typeof AgentMessage>;

/** A signed message in transit. Its inside is checked by secure-terminal, not here. */
export const SignedMessage = z.custom<{ type: string; data: { sessionId?: unknown } }>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "data" in value &&
    typeof value.data === "object" &&
    value.data !== null,
);

export const ControlMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("welcome"),
    machine_id: z.uuid(),
    org_id: z.uuid(),
    name: z.string(),
    heartbeat_interval_seconds: z.number().int().positive(),
    /** Milliseconds since the epoch, signed by `clock`: a machine with a wrong clock still verifies commands. */
    clock: SignedMessage,
  }),
  z.object({ type: z.literal("command"), message: SignedMessage }),
  z.object({ type: z.literal("renamed"), name: z.string() }),
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type ControlMessage = z.infer<typeof ControlMessage>;

/**
 * Payload of the signed commands `spawn_shell` and `attach_shell`: show this session on a stream to this address. The
 * first starts the shell if the host does not know the session yet; the second never does, so that a session that was
 * lost is not silently replaced by a new one.
 */
export const AttachShell = z.object({
  epoch: z.number().int().positive(),
  stream_url: z.url().max(2048),
  stream_token: z.string().max(256),
  cols: z.number().int(),
  rows: z.number().int(),
  /** The viewer has every byte before this; null when it has nothing and wants to see the screen first. */
  have: Offset.nullable(),
  /** How long the session waits for a viewer when it has none, in seconds. */
  grace_seconds: z.number().int().nonnegative(),
});
export type AttachShell = z.infer<typeof AttachShell>;

/** One command, as its machine is told it. */
export const ExecProgram = z.object({
  command: z.string().min(1).max(EXEC_COMMAND_CHARS),
  timeout_seconds: z.number().int().positive().nullable(),
  stdin: z.boolean(),
  /** How much of its output the exit is to bring; 0 for none. */
  recorded_bytes: z.number().int().min(0).max(EXEC_RECORDED_BYTES),
});
export type ExecProgram = z.infer<typeof ExecProgram>;

/** Payload of the signed `execute_command`: as `spawn_shell`, for one command instead of a shell. */
export const ExecuteCommand = AttachShell.extend(ExecProgram.shape);
export type ExecuteCommand = z.infer<typeof ExecuteCommand>;

/** Payload of the signed `run_diagnostic`: as `spawn_shell`, for one diagnostic instead of a shell. */
export const RunDiagnostic = AttachShell.extend(DiagnosticRequest.shape);
export type RunDiagnostic = z.infer<typeof RunDiagnostic>;

/** The signed command that starts each kind of session. */
export const STARTS_WITH = {
  shell: "spawn_shell",
  exec: "execute_command",
  diagnostic: "run_diagnostic",
} as const satisfies Record<SessionKind, string>;

/** Payload of the signed `end_session`: hang the shell up. On the link, or on a stream, where `epoch` is that stream's. */
export const EndSession = z.object({ epoch: z.number().int().positive().optional(), reason: z.string().max(200) });
export type EndSession = z.infer<typeof EndSession>;

/**
 * Payload of the signed `desktop_offer`: show the desktop to this viewer, or, when the session is known, go on with this
 * description. It comes again after a broken link; a description that was answered already is answered again.
 */
export const DesktopOffer = z.object({
  session_type: DesktopSessionType,
  viewer_email: z.string(),
  sdp_offer: z.string(),
  /** Whether consent was needed, and who gave it. */
  consent: z.object({ required: z.boolean(), granted_by: z.string().nullable() }),
  /** Absent from an older control plane. */
  ice_servers: z.array(IceServer).default([]),
});
export type DesktopOffer = z.infer<typeof DesktopOffer>;

/** Payload of the signed `desktop_candidate`. One whose `id` is not above the last one is a repeat. */
export const DesktopCandidate = ReceivedCandidate;
export type DesktopCandidate = z.infer<typeof DesktopCandidate>;

/** Payload of the signed `desktop_ask`: ask the person at the machine whether this viewer may see its screen. */
export const DesktopAsk = z.object({
  session_type: DesktopSessionType,
  viewer_email: z.string(),
  /** Seconds that the session waits. */
  expires_in: z.number().int().positive(),
});
export type DesktopAsk = z.infer<typeof DesktopAsk>;

/** Payload of the signed `desktop_stream`: show the desktop on a stream to this address, instead of by WebRTC. */
export const DesktopStream = z.object({
  session_type: DesktopSessionType,
  viewer_email: z.string(),
  consent: z.object({ required: z.boolean(), granted_by: z.string().nullable() }),
  /** Of several streams of one session the one with the highest number counts. */
  epoch: z.number().int().positive(),
  stream_url: z.url().max(2048),
  stream_token: z.string().max(256),
});
export type DesktopStream = z.infer<typeof DesktopStream>;

/** Payload of the signed `desktop_input` on a stream: one message of the viewer, as its text. */
export const SignedDesktopInput = z.object({ epoch: z.number().int().positive(), message: z.string().max(64 * 1024) });
export type SignedDesktopInput = z.infer<typeof SignedDesktopInput>;

/** Payload of the signed `desktop_end`: show nothing more. */
export const DesktopEnd = z.object({ reason: z.string().max(200) });
export type DesktopEnd = z.infer<typeof DesktopEnd>;

export const Clock = z.object({ server_time_ms: z.number().int() });

/** Payloads of signed messages on a stream. `data` is base64. */
export const TerminalInput = z.object({
  epoch: z.number().int().positive(),
  offset: Offset,
  data: z.string(),
});
export type TerminalInput = z.infer<typeof TerminalInput>;

export const TerminalResize = z.object({
  epoch: z.number().int().positive(),
  cols: z.number().int(),
  rows: z.number().int(),
});

/** Header in which a session host sends the challenge of a stream it opens. */
export const STREAM_CHALLENGE_HEADER = "x-sallyport-challenge";

/** Labels that keep the keys of different channels apart; see `deriveChannelKey`. */
export const LINK_KEY_LABEL = "sallyport/1 link";
export const STREAM_KEY_LABEL = "sallyport/1 stream";
export const DESKTOP_STREAM_KEY_LABEL = "sallyport/1 desktop";

/** The session id in messages that belong to the machine as a whole. */
export const NO_SESSION = "00000000-0000-0000-0000-000000000000";

/**
 * Close code with which the control plane ends a stream whose viewer has gone: the session goes on without one. After
 * 1000 and an exit, the host lets the session go; after any other code it waits for the next attachment.
 */
export const STREAM_DETACHED_CLOSE = 4001;

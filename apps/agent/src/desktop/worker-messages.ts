/**
 * What the session host and its desktop process say to each other, as JSON on the process's IPC channel. The host checks
 * who may; the process captures, encodes and types. It never holds the machine's keys: the key of one stream at most.
 */
import { DesktopSessionType, DesktopStream, IceCandidate, IceServer } from "@sallyport/protocol";
import { z } from "zod";

const SessionId = z.uuid();

/** What viewers of this machine may do, from its own configuration. */
export const DesktopPolicy = z.object({
  input: z.boolean(),
  clipboard: z.object({ to_machine: z.boolean(), from_machine: z.boolean() }),
});
export type DesktopPolicy = z.infer<typeof DesktopPolicy>;

/** host → desktop process */
export const ToDesktop = z.discriminatedUnion("type", [
  /** Show the desktop by WebRTC, or go on with this description. */
  z.object({
    type: z.literal("offer"),
    session_id: SessionId,
    session_type: DesktopSessionType,
    viewer_email: z.string(),
    sdp_offer: z.string(),
    ice_servers: z.array(IceServer),
    policy: DesktopPolicy,
  }),
  z.object({ type: z.literal("candidate"), session_id: SessionId, candidate: IceCandidate }),
  /** Show it on a stream. `challenge` and `key` are of this stream alone: its messages are verified with them. */
  z.object({
    type: z.literal("stream"),
    session_id: SessionId,
    ...DesktopStream.shape,
    machine_id: z.uuid(),
    challenge: z.string(),
    key: z.string(),
    /** How far the machine's clock is behind the control plane's. */
    clock_offset_ms: z.number(),
    policy: DesktopPolicy,
  }),
  /** Ask the person at the machine. Answered by `consent`, unless `unask` comes first. */
  z.object({
    type: z.literal("ask"),
    session_id: SessionId,
    session_type: DesktopSessionType,
    viewer_email: z.string(),
    seconds: z.number().positive(),
  }),
  z.object({ type: z.literal("unask"), session_id: SessionId }),
  z.object({ type: z.literal("end"), session_id: SessionId, reason: z.string() }),
  /** Look again whether there is a screen. Answered by `facts`. */
  z.object({ type: z.literal("look") }),
]);
export type ToDesktop = z.infer<typeof ToDesktop>;

/** desktop process → host */
export const FromDesktop = z.discriminatedUnion("type", [
  /** First of all, and whenever it changes: why no desktop can be shown, in words that help; null when one can. */
  z.object({ type: z.literal("facts"), unavailable: z.string().nullable() }),
  z.object({ type: z.literal("answer"), session_id: SessionId, sdp_offer: z.string(), sdp_answer: z.string() }),
  z.object({ type: z.literal("candidate"), session_id: SessionId, candidate: IceCandidate }),
  z.object({
    type: z.literal("consent"),
    session_id: SessionId,
    outcome: z.enum(["granted", "refused", "timed_out", "nobody_there", "locked"]),
  }),
  /** An offer or stream could not be taken: nothing is shown because of it. */
  z.object({ type: z.literal("refused"), session_id: SessionId, reason: z.string() }),
  /** The desktop is shown no more. A viewer that lost its way is not an end: it may offer again. */
  z.object({ type: z.literal("ended"), session_id: SessionId, by_person: z.boolean(), reason: z.string() }),
]);
export type FromDesktop = z.infer<typeof FromDesktop>;

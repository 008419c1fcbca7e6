/**
 * What the link and the session host say to each other: newline-delimited JSON over a socket in the state directory.
 *
 * The two may be of different versions, because a host outlives an upgrade for as long as its sessions do. So messages
 * and optional fields are only ever added, and a message that is not known is ignored.
 */
import {
  DesktopConsent,
  DesktopEnded,
  DesktopFacts,
  ExitReport,
  HeldSession,
  RefusalCode,
  SignedMessage,
} from "@sallyport/protocol";
import { z } from "zod";
import { DesktopSettings } from "../desktop/desktop-settings.ts";

const SessionId = z.uuid();
const Reason = z.string().max(200);

/** link → host */
export const ToHost = z.discriminatedUnion("type", [
  /**
   * A connection to the control plane is being made. The sender becomes the host's one link, and says what this machine's
   * configuration allows: the control plane has no way to say it. Absent from an older link: sessions are allowed.
   */
  z.object({
    type: z.literal("connect"),
    session_enabled: z.boolean().optional(),
    /** Absent from a link that knows no desktops: the defaults. */
    desktop: DesktopSettings.optional(),
  }),
  z.object({ type: z.literal("welcome"), clock: SignedMessage }),
  z.object({ type: z.literal("command"), message: SignedMessage }),
  /** From anyone in the state directory: what is there? Changes nothing. */
  z.object({ type: z.literal("list") }),
  /** End every session and go. */
  z.object({ type: z.literal("shutdown"), reason: Reason }),
]);
export type ToHost = z.infer<typeof ToHost>;

const HostFacts = {
  host_id: z.uuid(),
  pid: z.number().int().positive(),
  version: z.string().max(64),
  sessions: z.array(HeldSession),
  /** Absent from a host that shows no desktops, or does not know yet whether it can. */
  desktop: DesktopFacts.optional(),
  desktops: z.array(SessionId).optional(),
};

/** host → link */
export const FromHost = z.discriminatedUnion("type", [
  /** Answers `connect`; the challenge is new each time. */
  z.object({ type: z.literal("challenge"), challenge: z.string().regex(/^[0-9a-f]{64}$/), ...HostFacts }),
  /** Answers `list`. */
  z.object({ type: z.literal("facts"), ...HostFacts }),
  /** Answers a `welcome` that verified: how far the machine's clock is behind the control plane's. */
  z.object({ type: z.literal("clock"), offset_ms: z.number() }),
  z.object({ type: z.literal("session_started"), session_id: SessionId }),
  z.object({ type: z.literal("session_ended"), session_id: SessionId, exit: ExitReport }),
  z.object({
    type: z.literal("refused"),
    session_id: SessionId.nullable(),
    /** Missing from an older host, and not understood from a newer one. */
    code: RefusalCode.optional().catch(undefined),
    epoch: z.number().int().positive().optional(),
    reason: Reason,
  }),
  /** For the control plane, as they are. */
  z.object({ type: z.literal("desktop"), desktop: DesktopFacts }),
  DesktopConsent,
  DesktopEnded,
  /** The desktop sessions that the host knows, whenever that changes. */
  z.object({ type: z.literal("desktops"), session_ids: z.array(SessionId) }),
  /** Another link has taken over; this one must go. */
  z.object({ type: z.literal("replaced") }),
]);
export type FromHost = z.infer<typeof FromHost>;
export type HostFacts = Omit<Extract<FromHost, { type: "facts" }>, "type">;

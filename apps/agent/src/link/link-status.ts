/** What the link tells `ztna up`, `status` and `down` over its own socket. No secrets: it is printed. */
import { z } from "zod";

export const ConnectionState = z.discriminatedUnion("state", [
  z.object({ state: z.literal("connecting") }),
  z.object({ state: z.literal("connected"), since: z.iso.datetime() }),
  z.object({
    state: z.literal("waiting"),
    retry_at: z.iso.datetime(),
    reason: z.string(),
    /** The catalogue's code when the control plane answered and said no; then waiting alone will not help. */
    refused: z.string().nullable(),
  }),
]);
export type ConnectionState = z.infer<typeof ConnectionState>;

export const LinkStatus = z.object({
  pid: z.number().int().positive(),
  host_pid: z.number().int().positive().nullable(),
  version: z.string(),
  name: z.string(),
  connection: ConnectionState,
  sessions: z.number().int().nonnegative(),
  /** How far this machine's clock is behind the control plane's; null before the first connection. */
  clock_offset_ms: z.number().nullable(),
});
export type LinkStatus = z.infer<typeof LinkStatus>;

export const ToLink = z.discriminatedUnion("type", [
  /** Answered by `status` at once and after every change. */
  z.object({ type: z.literal("watch") }),
  /** Say goodbye to the control plane, end the host and go. */
  z.object({ type: z.literal("down") }),
]);
export type ToLink = z.infer<typeof ToLink>;

export const FromLink = z.discriminatedUnion("type", [
  z.object({ type: z.literal("status"), status: LinkStatus }),
  /** Answers `down`; the processes are gone a moment later. */
  z.object({
    type: z.literal("stopping"),
    pid: z.number().int().positive(),
    host_pid: z.number().int().positive().nullable(),
  }),
]);
export type FromLink = z.infer<typeof FromLink>;

/** A wall clock that is wrong by more than this is worth telling: certificates and logs go wrong with it. */
const CLOCK_WARNING_MS = 60_000;

/** The sentence about a wrong clock, or undefined when it is right enough. */
export function clockWarning(offsetMs: number | null): string | undefined {
  if (offsetMs === null || Math.abs(offsetMs) <= CLOCK_WARNING_MS) return undefined;
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return `this machine's clock is ${seconds} s ${offsetMs > 0 ? "behind" : "ahead of"} the control plane's`;
}

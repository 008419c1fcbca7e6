/**
 * Signals between the nodes of a control plane. A signal says "look at the database"; it carries no facts that
 * anybody acts on without looking. So one that is lost, late, doubled or out of order costs time and nothing else.
 */
import { z } from "zod";

const Id = z.uuid();

export const Signal = z.discriminatedUnion("type", [
  /** An attachment waits for this machine: whoever has its link, pass the command on. */
  z.object({ type: z.literal("attach"), session_id: Id, machine_id: Id }),
  /** A session's row has changed: ended, or given to another attachment. */
  z.object({ type: z.literal("session"), org_id: Id, session_id: Id, machine_id: Id }),
  /** Something about a desktop session is for its machine or its viewer: look at the row, or at this candidate. */
  z.object({
    type: z.literal("desktop"),
    org_id: Id,
    session_id: Id,
    news: z.enum(["ask", "offer", "answer", "status", "stream", "viewer_candidate", "agent_candidate"]),
    candidate_id: z.number().int().optional(),
  }),
  /** A machine has linked to the sender, at this time in milliseconds since the epoch, with this session host. */
  z.object({ type: z.literal("linked"), machine_id: Id, at: z.number(), host_id: Id.optional() }),
  /** A machine's row has changed or is gone. */
  z.object({ type: z.literal("machine"), org_id: Id, machine_id: Id }),
  /** Roles, members or the plan of an organisation have changed. */
  z.object({ type: z.literal("rights"), org_id: Id }),
  /** A sign-in has ended. */
  z.object({ type: z.literal("sign_in"), sign_in_id: Id }),
]);
export type Signal = z.infer<typeof Signal>;

export interface MessageBus {
  /** Tells every other node; never waits, never throws. */
  publish(signal: Signal): void;
  /** `heard` is called for signals of other nodes; `restored` when signals may have been missed. */
  listen(listener: { heard(signal: Signal): void; restored(): void }): void;
  close(): Promise<void>;
}

/** The bus of a single node: there is nobody to tell. */
export const soloBus: MessageBus = {
  publish() {},
  listen() {},
  async close() {},
};

/**
 * What a session's machine is told, wherever its link is. On this node the command is signed and sent; for another
 * one a signal says that the row has work for it, and that node reads the row and sends the same command.
 */
import { createHmac } from "node:crypto";
import {
  type AttachShell,
  type EndSession,
  EXEC_GRACE_SECONDS,
  type SessionKind,
  STARTS_WITH,
  STREAM_PATH,
  type TerminalSize,
} from "@sallyport/protocol";
import type { MessageBus } from "../../platform/bus/message-bus.ts";
import { streamUrl } from "../../platform/live/stream-url.ts";
import type { LinkRegistry } from "../link/index.ts";
import type { SessionProgram } from "./session-program.ts";

/** What a shell's viewer may do; the machine checks it against each message. */
export const SHELL_CAPABILITIES = ["spawn", "input", "resize"] as const;

/** A viewer without resume cannot come back: its shell is not kept for longer than a broken connection takes. */
const GRACE_WITHOUT_RESUME_SECONDS = 60;

function graceOf(kind: SessionKind, canResume: boolean, graceSeconds: number): number {
  if (kind !== "shell") return Math.min(graceSeconds, EXEC_GRACE_SECONDS);
  return canResume ? graceSeconds : Math.min(graceSeconds, GRACE_WITHOUT_RESUME_SECONDS);
}

export interface CommandedSession {
  id: string;
  machineId: string;
  userId: string;
}

export interface AttachedSession extends CommandedSession {
  kind: SessionKind;
}

export interface AttachRequest {
  epoch: number;
  have: number | null;
  size: TerminalSize;
  /** What it runs; undefined when that runs already. */
  start: Pick<SessionProgram, "kind" | "program"> | undefined;
  canResume: boolean;
}

export interface MachineCommandsOptions {
  links: LinkRegistry;
  bus: MessageBus;
  /** Stream tokens are derived from it, so that every node knows those of every attachment. */
  streamTokenKey: Buffer;
  nodeUrl(): string;
  graceSeconds: number;
}

export class MachineCommands {
  readonly #options: MachineCommandsOptions;

  constructor(options: MachineCommandsOptions) {
    this.#options = options;
  }

  /** The token with which the machine dials the stream of one attachment; used once. */
  streamToken(sessionId: string, epoch: number): string {
    return createHmac("sha256", this.#options.streamTokenKey).update(`${sessionId}:${epoch}`).digest("hex");
  }

  /** Asks the machine to show a session on this node. Returns whether its link is here. */
  attach(session: AttachedSession, request: AttachRequest): boolean {
    if (this.attachTo(this.#options.nodeUrl(), session, request)) return true;
    this.#options.bus.publish({ type: "attach", session_id: session.id, machine_id: session.machineId });
    return false;
  }

  /** The same for an attachment at another node. Returns false when the link is not here. */
  attachTo(nodeUrl: string, session: AttachedSession, request: AttachRequest): boolean {
    const { epoch, have, size, start, canResume } = request;
    const { links, graceSeconds } = this.#options;
    const link = links.find(session.machineId);
    if (!link) return false;
    const command: AttachShell = {
      epoch,
      stream_url: streamUrl(nodeUrl, STREAM_PATH),
      stream_token: this.streamToken(session.id, epoch),
      ...size,
      have,
      grace_seconds: graceOf(session.kind, canResume, graceSeconds),
    };
    if (start) link.command(identityOf(session), STARTS_WITH[start.kind], { ...command, ...start.program });
    else link.command(identityOf(session), "attach_shell", command);
    return true;
  }

  /** Hangs a shell up, if its machine's link is here. */
  end(session: CommandedSession, reason: string): void {
    const payload: EndSession = { reason: reason.slice(0, 200) };
    this.#options.links.find(session.machineId)?.command(identityOf(session), "end_session", payload);
  }
}

const identityOf = ({ id, machineId, userId }: CommandedSession) => ({
  sessionId: id,
  machineId,
  userId,
  capabilities: [...SHELL_CAPABILITIES],
});

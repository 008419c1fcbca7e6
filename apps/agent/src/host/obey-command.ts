import {
  AttachShell,
  DesktopAsk,
  DesktopCandidate,
  DesktopEnd,
  DesktopOffer,
  DesktopStream,
  EndSession,
  ExecuteCommand,
  RunDiagnostic,
} from "@sallyport/protocol";
import type { z } from "zod";
import type { DesktopService } from "../desktop/desktop-service.ts";
import { decideStreamUrl } from "../identity/decide-url.ts";
import { type Refusal, refusal } from "./refusal.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { Command } from "./signed-commands.ts";

/** What a machine whose own switch is off still does. Anything else opens something, or may one day. */
const ENDINGS: ReadonlySet<string> = new Set(["end_session", "desktop_end"]);

/**
 * Carries out one verified command. Returns why not, when it is not.
 *
 * Genuine is not the same as sensible: the control plane may be newer, or wrong, and a session may have ended meanwhile.
 */
export function obeyCommand(
  { type, sessionId, payload }: Command,
  {
    sessions,
    desktops,
    sessionEnabled,
    insecure,
  }: {
    sessions: SessionRegistry;
    desktops: Pick<DesktopService, "offer" | "candidate" | "stream" | "ask" | "end">;
    sessionEnabled: boolean;
    insecure: boolean;
  },
): Refusal | undefined {
  if (!sessionEnabled && !ENDINGS.has(type)) {
    return refusal("SESSIONS_DISABLED", "session_enabled is off in this machine's own configuration");
  }
  const obey = <Type extends z.ZodType>(
    Payload: Type,
    act: (command: z.output<Type>) => Refusal | undefined,
  ): Refusal | undefined => {
    const parsed = Payload.safeParse(payload);
    return parsed.success ? act(parsed.data) : refusal("INVALID_COMMAND", `${type}: the payload cannot be understood`);
  };
  /** The same for what opens a stream. */
  const attachTo = <Type extends z.ZodType<Pick<AttachShell, "epoch" | "stream_url">>>(
    Payload: Type,
    attach: (command: z.output<Type>) => Refusal | undefined,
  ): Refusal | undefined =>
    obey(Payload, (command) => {
      const stream = decideStreamUrl(command.stream_url, { insecure });
      const why = stream.allowed
        ? attach({ ...command, stream_url: stream.url })
        : refusal("INVALID_COMMAND", `${type}: ${stream.reason}`);
      return why && { ...why, epoch: command.epoch };
    });
  switch (type) {
    case "spawn_shell":
      return attachTo(AttachShell, (command) => sessions.spawnOrAttach(sessionId, command));
    case "attach_shell":
      return attachTo(AttachShell, (command) => sessions.attach(sessionId, command));
    case "execute_command":
      return attachTo(ExecuteCommand, (command) => sessions.execOrAttach(sessionId, command));
    case "run_diagnostic":
      return attachTo(RunDiagnostic, (request) => sessions.diagnoseOrAttach(sessionId, request));
    case "end_session":
      return obey(EndSession, ({ reason }) => sessions.end(sessionId, reason));
    case "desktop_offer":
      return obey(DesktopOffer, (offer) => desktops.offer(sessionId, offer));
    case "desktop_candidate":
      return obey(DesktopCandidate, (candidate) => {
        desktops.candidate(sessionId, candidate);
        return undefined;
      });
    case "desktop_ask":
      return obey(DesktopAsk, (ask) => desktops.ask(sessionId, ask));
    case "desktop_stream":
      return attachTo(DesktopStream, (stream) => desktops.stream(sessionId, stream));
    case "desktop_end":
      return obey(DesktopEnd, ({ reason }) => {
        desktops.end(sessionId, reason);
        return undefined;
      });
    default:
      return refusal("INVALID_COMMAND", `the command '${type.slice(0, 64)}' is not known here; upgrade the agent`);
  }
}

import { AttachShell, EndSession, ExecuteCommand, RunDiagnostic } from "@sallyport/protocol";
import type { z } from "zod";
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
  { sessions, sessionEnabled, insecure }: { sessions: SessionRegistry; sessionEnabled: boolean; insecure: boolean },
): Refusal | undefined {
  if (!sessionEnabled && !ENDINGS.has(type)) {
    return refusal("SESSIONS_DISABLED", "session_enabled is off in this machine's own configuration");
  }
  const attachTo = <Type extends z.ZodType<AttachShell>>(
    Payload: Type,
    attach: (command: z.output<Type>) => Refusal | undefined,
  ): Refusal | undefined => {
    const parsed = Payload.safeParse(payload);
    if (!parsed.success) return refusal("INVALID_COMMAND", `${type}: the payload cannot be understood`);
    const { epoch } = parsed.data;
    const stream = decideStreamUrl(parsed.data.stream_url, { insecure });
    const why = stream.allowed
      ? attach({ ...parsed.data, stream_url: stream.url })
      : refusal("INVALID_COMMAND", `${type}: ${stream.reason}`);
    return why && { ...why, epoch };
  };
  switch (type) {
    case "spawn_shell":
      return attachTo(AttachShell, (command) => sessions.spawnOrAttach(sessionId, command));
    case "attach_shell":
      return attachTo(AttachShell, (command) => sessions.attach(sessionId, command));
    case "execute_command":
      return attachTo(ExecuteCommand, (command) => sessions.execOrAttach(sessionId, command));
    case "run_diagnostic":
      return attachTo(RunDiagnostic, (request) => sessions.diagnoseOrAttach(sessionId, request));
    case "end_session": {
      const end = EndSession.safeParse(payload);
      if (!end.success) return refusal("INVALID_COMMAND", "end_session: the payload cannot be understood");
      return sessions.end(sessionId, end.data.reason);
    }
    case "desktop_offer":
    case "desktop_candidate":
      return refusal("NO_DESKTOP", "this agent shows no desktop; upgrade it");
    case "desktop_end":
      return undefined;
    default:
      return refusal("INVALID_COMMAND", `the command '${type.slice(0, 64)}' is not known here; upgrade the agent`);
  }
}

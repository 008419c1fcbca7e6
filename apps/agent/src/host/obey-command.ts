import { AttachShell, EndSession } from "@sallyport/protocol";
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
  switch (type) {
    case "spawn_shell":
    case "attach_shell": {
      const attach = AttachShell.safeParse(payload);
      if (!attach.success) return refusal("INVALID_COMMAND", `${type}: the payload cannot be understood`);
      const { epoch } = attach.data;
      const stream = decideStreamUrl(attach.data.stream_url, { insecure });
      if (!stream.allowed) return { ...refusal("INVALID_COMMAND", `${type}: ${stream.reason}`), epoch };
      const command = { ...attach.data, stream_url: stream.url };
      const why =
        type === "spawn_shell" ? sessions.spawnOrAttach(sessionId, command) : sessions.attach(sessionId, command);
      return why && { ...why, epoch };
    }
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

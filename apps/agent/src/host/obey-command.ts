import { EndSession, SpawnShell } from "@sallyport/protocol";
import { decideStreamUrl } from "../identity/decide-url.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { Command } from "./signed-commands.ts";

/**
 * Carries out one verified command. Returns why not, when it is not.
 *
 * Genuine is not the same as sensible: the control plane may be newer, or wrong, and a session may have ended meanwhile.
 */
export function obeyCommand(
  { type, sessionId, payload }: Command,
  { sessions, insecure }: { sessions: SessionRegistry; insecure: boolean },
): string | undefined {
  switch (type) {
    case "spawn_shell": {
      const spawn = SpawnShell.safeParse(payload);
      if (!spawn.success) return "spawn_shell: the payload cannot be understood";
      const stream = decideStreamUrl(spawn.data.stream_url, { insecure });
      if (!stream.allowed) return `spawn_shell: ${stream.reason}`;
      return sessions.attach(sessionId, { ...spawn.data, stream_url: stream.url });
    }
    case "end_session": {
      const end = EndSession.safeParse(payload);
      if (!end.success) return "end_session: the payload cannot be understood";
      return sessions.end(sessionId, end.data.reason);
    }
    default:
      return `the command '${type.slice(0, 64)}' is not known here; upgrade the agent`;
  }
}

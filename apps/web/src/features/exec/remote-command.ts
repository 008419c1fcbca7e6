/**
 * One command on one machine, from its token to its end.
 *
 * Invariants: it ends once; what it wrote is told before that; when it cannot be seen for too long it is given up, and
 * said to be.
 */
import { ExecSession, type SessionState } from "@sallyport/client";
import { EXEC_GRACE_SECONDS, shellApi } from "@sallyport/protocol";
import { baseUrl, sessionKeeper, signedIn } from "../../api/client.ts";
import { t } from "../../lib/texts.ts";
import { causeWords, type Ending } from "./command-result.ts";
import type { CommandEvents, RunningCommand } from "./fleet-run.ts";

/** For a control plane that is away: longer than any restart takes, and as long as the machine keeps the command. */
const AWAY_AFTER_MS = EXEC_GRACE_SECONDS * 1_000;
/** For a first connection, and for a machine that is not linked. */
const LOST_AFTER_MS = 12_000;

interface RemoteCommandOptions {
  orgId: string;
  machineId: string;
  /** A one-time token; asked for again only when the one before opened nothing. */
  token: () => Promise<string>;
}

export class RemoteCommand implements RunningCommand {
  readonly #options: RemoteCommandOptions;
  readonly #events: CommandEvents;
  readonly #session: ExecSession;
  #patience: { ms: number; timer: ReturnType<typeof setTimeout> } | undefined;
  #hasConnected = false;
  #isOver = false;

  constructor(options: RemoteCommandOptions, events: CommandEvents) {
    const { orgId, machineId, token } = options;
    this.#options = options;
    this.#events = events;
    this.#session = new ExecSession(
      {
        target: { baseUrl, orgId, machineId },
        accessToken: async () => {
          const token = await sessionKeeper.accessToken();
          if (token === undefined) throw new Error(t("The sign-in is over"));
          return token;
        },
        createSession: token,
        dial: (url, protocols) => new WebSocket(url, protocols),
        status: (session_id, reattach_token) =>
          signedIn((client) => client.act(shellApi, "session_status", { org_id: orgId, session_id, reattach_token })),
      },
      {
        state: (state) => this.#onState(state),
        output: (stream, bytes, taken) => {
          if (!this.#isOver) events.output(stream, bytes);
          taken();
        },
        machineAnswers: () => {},
        inputTaken: () => {},
        lost: (reason) => this.#abandon({ is: "failed", reason }),
      },
    );
    this.#waitFor(LOST_AFTER_MS, t("the connection could not be opened"));
    this.#session.start();
  }

  stop(): void {
    this.#abandon({ is: "cancelled" });
  }

  /** Ends it on the machine, too. */
  #abandon(ending: Ending): void {
    const { sessionId } = this.#session;
    if (!this.#isOver && sessionId !== undefined) {
      const { orgId } = this.#options;
      // When that fails, the machine ends it by itself, as nobody comes back.
      signedIn((client) => client.act(shellApi, "end_session", { org_id: orgId, session_id: sessionId })).catch(
        () => {},
      );
    }
    this.#end(ending);
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#patience?.timer);
    this.#session.close();
    this.#events.ended(ending);
  }

  #onState(state: SessionState): void {
    switch (state.state) {
      case "connecting":
        return;
      case "connected":
        clearTimeout(this.#patience?.timer);
        this.#patience = undefined;
        this.#hasConnected = true;
        return this.#events.running(this.#session.sessionId);
      case "waiting":
        this.#events.trouble(state.reason);
        return this.#waitFor(LOST_AFTER_MS, t("the machine does not answer"));
      case "reconnecting":
        if (!this.#hasConnected) return;
        this.#events.trouble(t("reconnecting"));
        return this.#waitFor(AWAY_AFTER_MS, t("the control plane does not answer"));
      case "ended":
        return this.#end(endingOf(state));
      case "refused":
        return this.#end({ is: "failed", reason: state.message });
      case "elsewhere":
      case "taken_over":
        return this.#end({ is: "failed", reason: t("another window took it over") });
      default:
        state satisfies never;
    }
  }

  /** From the beginning of each kind of wait: one that comes again, as tries go on, does not begin anew. */
  #waitFor(ms: number, why: string): void {
    if (this.#patience?.ms === ms) return;
    clearTimeout(this.#patience?.timer);
    this.#patience = { ms, timer: setTimeout(() => this.#abandon({ is: "failed", reason: this.#lost(why) }), ms) };
  }

  #lost(why: string): string {
    return this.#hasConnected
      ? t("{{why}}; if it still runs there, it is ended within a minute", { why })
      : t("{{why}}; nothing was run", { why });
  }
}

function endingOf({ exit, cause }: SessionState & { state: "ended" }): Ending {
  if (exit && exit.code === undefined) {
    if (exit.signal !== null)
      return { is: "failed", reason: t("killed by signal {{signal}}", { signal: exit.signal }) };
    if (exit.exit_code !== null) return { is: "exited", exitCode: exit.exit_code };
  }
  return { is: "failed", reason: exit?.message ?? causeWords(exit?.code?.toLowerCase() ?? cause) };
}

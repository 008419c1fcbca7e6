/** What follows when people lose rights or sign out: here at once, and on the other nodes by a signal. */
import type { Dashboards } from "./features/dashboard/index.ts";
import type { DesktopStreams, DesktopWatch } from "./features/desktop/index.ts";
import type { SessionAuthority, ShellSessions } from "./features/shell/index.ts";
import type { MessageBus } from "./platform/bus/message-bus.ts";
import type { Logger } from "./platform/logger.ts";

export interface AccessReactionsDeps {
  logger: Logger;
  bus: MessageBus;
  dashboards: Dashboards;
  sessions: ShellSessions;
  authority: SessionAuthority;
  desktopWatch: DesktopWatch;
  desktopStreams: DesktopStreams;
}

export class AccessReactions {
  readonly #deps: AccessReactionsDeps;

  constructor(deps: AccessReactionsDeps) {
    this.#deps = deps;
  }

  /** Roles, members, rules, tags or the plan of an organisation have changed here. */
  onRightsChanged(orgId: string): void {
    this.rightsChanged(orgId);
    this.#deps.bus.publish({ type: "rights", org_id: orgId });
  }

  /** The same, also when another node says so: what is open on the strength of them is looked at again. */
  rightsChanged(orgId: string): void {
    const { authority, desktopWatch, dashboards, logger } = this.#deps;
    void authority.recheck({ orgId });
    void desktopWatch.recheck({ orgId });
    dashboards.rightsChanged(orgId).catch((error: unknown) => logger.warn({ err: error }, "dashboards not told"));
  }

  /** A sign-in has ended here. */
  onSignOut(signInId: string): void {
    this.signedOut(signInId);
    this.#deps.bus.publish({ type: "sign_in", sign_in_id: signInId });
  }

  /** The same, also when another node says so. The person may come back to a shell; this window may not. */
  signedOut(signInId: string): void {
    const { sessions, dashboards, desktopWatch, desktopStreams } = this.#deps;
    sessions.sendAway((session) => session.signInId === signInId, "UNAUTHORIZED", "signed out");
    dashboards.signedOut(signInId);
    desktopStreams.signedOut(signInId);
    void desktopWatch.recheck({ signInId });
  }
}

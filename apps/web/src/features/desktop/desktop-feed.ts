import type { DesktopSessionView } from "@sallyport/protocol";
import { RecentNews } from "../../lib/recent-news.ts";
import { withDesktop } from "./live-desktops.ts";

/** Lays what was announced lately over lists that are older: nobody who asks for consent is lost, and none comes back. */
export class DesktopFeed {
  readonly #recent = new RecentNews<DesktopSessionView>();

  heard(session: DesktopSessionView, atMs?: number): void {
    this.#recent.heard(session.id, session, atMs);
  }

  /** The list as it is now, given one that was asked for at `sinceMs`. */
  over(sessions: DesktopSessionView[], orgId: string, sinceMs: number): DesktopSessionView[] {
    return this.#recent
      .since(sinceMs)
      .filter(({ org_id }) => org_id === orgId)
      .reduce(withDesktop, sessions);
  }
}

export const desktopFeed = new DesktopFeed();

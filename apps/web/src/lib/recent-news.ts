/** Longer than a list call may take. */
const KEPT_MS = 60_000;

/**
 * Remembers what was announced lately, the newest about each thing. A list that was asked for before an announcement and
 * arrives after it is older than what the page knows already; laying the announcements over it keeps the page from going back.
 */
export class RecentNews<News> {
  readonly #recent = new Map<string, { news: News; atMs: number }>();

  /** @param id of what it is about */
  heard(id: string, news: News, atMs = performance.now()): void {
    // Deleted first, so that the map stays in the order of arrival and the oldest is in front.
    this.#recent.delete(id);
    this.#recent.set(id, { news, atMs });
    for (const [oldId, { atMs: heardAtMs }] of this.#recent) {
      if (heardAtMs >= atMs - KEPT_MS) break;
      this.#recent.delete(oldId);
    }
  }

  /** What came then or later, in the order in which it came. */
  since(sinceMs: number): News[] {
    return [...this.#recent.values()].flatMap(({ news, atMs }) => (atMs < sinceMs ? [] : [news]));
  }
}

/** What the live socket says about desktops, for whoever shows one. */
import type { DashboardEvent } from "@sallyport/protocol";

export type DesktopNews = Extract<DashboardEvent, { type: `desktop.${string}` }>;

const listeners = new Set<(news: DesktopNews) => void>();

export function tellDesktopNews(news: DesktopNews): void {
  for (const tell of listeners) tell(news);
}

export function hearDesktopNews(listener: (news: DesktopNews) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

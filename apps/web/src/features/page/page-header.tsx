import type { ReactNode } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";

interface PageHeaderProps {
  title: string;
  /** One line under it, such as how many there are; announced when it changes. */
  summary?: ReactNode;
  /** Buttons and filters. */
  children?: ReactNode;
}

/** What every page begins with; names the browser's tab as well. */
export function PageHeader({ title, summary, children }: PageHeaderProps) {
  usePageTitle(title);
  const live = useLiveStatus();
  return (
    <header className="mb-5 flex flex-wrap items-center gap-x-3 gap-y-4">
      <div className="mr-auto min-w-0">
        <h1 className="wrap-break-word font-semibold text-xl tracking-tight">{title}</h1>
        <p className="text-ink-2 text-sm" aria-live="polite">
          {summary ?? "\u00a0"}
          {live === "down" && summary && <span className="text-ink-3">{t(" · reconnecting to live updates")}</span>}
        </p>
      </div>
      {children}
    </header>
  );
}

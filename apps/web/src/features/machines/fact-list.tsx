import type { ReactNode } from "react";
import { t } from "../../lib/texts.ts";

/** Facts about one thing under a title. */
export const FactList = ({ title, children }: { title: string; children: ReactNode }) => (
  <section aria-label={title} className="min-w-0">
    <h2 className="mb-2 font-medium text-ink-2 text-sm">{title}</h2>
    <dl className="rounded-lg border border-line bg-surface shadow-card">{children}</dl>
  </section>
);

interface FactProps {
  label: string;
  children: ReactNode;
  /** A small button that changes it. */
  action?: ReactNode;
}

export const Fact = ({ label, children, action }: FactProps) => (
  <div className="flex min-h-11 items-start gap-x-4 border-line px-4 py-2.5 not-last:border-b">
    <dt className="w-28 shrink-0 text-ink-3 text-sm">{label}</dt>
    <dd className="wrap-break-word min-w-0 flex-1 text-sm">{children}</dd>
    {action && <dd className="-my-1.5 shrink-0">{action}</dd>}
  </div>
);

/** A second line of a fact: why, or what follows. */
export const FactNote = ({ children }: { children: ReactNode }) => (
  <span className="block text-ink-3 text-xs">{children}</span>
);

/** What is not known. */
export const None = ({ words = t("unknown") }: { words?: string }) => (
  <>
    <span aria-hidden="true" className="text-ink-3">
      –
    </span>
    <span className="sr-only">{words}</span>
  </>
);

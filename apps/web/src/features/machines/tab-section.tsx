import type { ReactNode } from "react";

interface TabSectionProps {
  title: string;
  /** Beside the title: what is shown, or a link to more. */
  aside?: ReactNode;
  children: ReactNode;
}

/** One list on a machine's page. */
export const TabSection = ({ title, aside, children }: TabSectionProps) => (
  <section aria-label={title} className="mb-8">
    <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
      <h2 className="font-semibold text-lg">{title}</h2>
      {aside && <div className="text-ink-2 text-sm">{aside}</div>}
    </div>
    {children}
  </section>
);

export const textLinkClass = "rounded-sm underline decoration-line-strong underline-offset-2 hover:text-ink";

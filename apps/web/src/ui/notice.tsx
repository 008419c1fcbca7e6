import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

type NoticeTone = "info" | "ok" | "warn" | "danger";

const TONES = {
  info: { box: "bg-sunken", icon: "text-ink-3", Icon: Info },
  ok: { box: "bg-ok-soft", icon: "text-ok", Icon: CircleCheck },
  warn: { box: "bg-warn-soft", icon: "text-warn", Icon: TriangleAlert },
  danger: { box: "bg-danger-soft", icon: "text-danger", Icon: CircleAlert },
} as const;

interface NoticeProps {
  tone?: NoticeTone;
  title: string;
  action?: ReactNode;
  children?: ReactNode;
}

/** Something to know, in place. Bad news is announced at once, the rest politely. */
export function Notice({ tone = "info", title, action, children }: NoticeProps) {
  const { box, icon, Icon } = TONES[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={`flex items-start gap-2.5 rounded-md px-3 py-2.5 ${box}`}
    >
      <Icon className={`mt-0.5 size-4 shrink-0 ${icon}`} aria-hidden="true" />
      <div className="min-w-0 flex-1 text-sm">
        <p className="wrap-break-word font-medium text-ink">{title}</p>
        {children && <div className="wrap-break-word text-ink-2">{children}</div>}
      </div>
      {action}
    </div>
  );
}

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  hint?: ReactNode;
  action?: ReactNode;
}

/** What a page says when it has nothing to show. */
export const EmptyState = ({ icon, title, hint, action }: EmptyStateProps) => (
  <div className="grid justify-items-center gap-3 px-6 py-16 text-center">
    {icon && <div className="mb-1 text-ink-3">{icon}</div>}
    <h2 className="font-semibold text-ink text-lg">{title}</h2>
    {hint && <p className="max-w-md text-balance text-ink-2">{hint}</p>}
    {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
  </div>
);

import type { SessionView } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { SquareTerminal } from "lucide-react";
import type { ReactNode } from "react";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Button, buttonClass, Dot, Skeleton } from "../../ui/index.tsx";
import { describeSessionRow } from "./session-state.ts";

/** The columns that the head, the rows and their skeleton share: one line on a desk, three on a phone. */
const ROW_GRID =
  "grid items-center gap-x-4 px-4 max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.3fr)_minmax(0,1.4fr)_minmax(0,0.9fr)_minmax(0,2.2fr)_minmax(0,0.9fr)_9rem]";

/** As `gatekey-admin session ps` shows it: two shells of one person on one machine are told apart by it. */
const SHORT_ID_CHARS = 8;

const KIND_WORDS: Record<SessionView["kind"], string> = {
  shell: t("Terminal"),
  exec: t("Command"),
  diagnostic: t("Diagnostic"),
};

interface SessionTableProps {
  label?: string;
  /** On a page about one machine each row says what it is instead of where. */
  isOneMachine?: boolean;
  sessions: readonly SessionView[];
  userId: string;
  rows: RowKeys;
  onEnd: (session: SessionView) => void;
}

export function SessionTable({
  label = t("Sessions"),
  isOneMachine = false,
  sessions,
  userId,
  rows,
  onEnd,
}: SessionTableProps) {
  const nowMs = useNow();
  return (
    <table className="block overflow-clip rounded-lg border border-line bg-surface shadow-card" aria-label={label}>
      <thead className="block max-md:sr-only">
        <tr className={`${ROW_GRID} h-9 border-line border-b text-left text-ink-3 text-xs *:font-normal`}>
          <th scope="col">{isOneMachine ? t("Session") : t("Machine")}</th>
          <th scope="col">{t("Person")}</th>
          <th scope="col">{t("Started")}</th>
          <th scope="col">{t("State")}</th>
          <th scope="col">{t("From")}</th>
          <th scope="col">
            <span className="sr-only">{t("Actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody ref={rows.list} className="block" onKeyDown={rows.onKeyDown}>
        {sessions.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            title={isOneMachine ? KIND_WORDS[session.kind] : session.machine_name}
            isMine={session.user_id === userId}
            nowMs={nowMs}
            onEnd={onEnd}
          />
        ))}
      </tbody>
    </table>
  );
}

interface SessionRowProps {
  session: SessionView;
  title: string;
  isMine: boolean;
  nowMs: number;
  onEnd: (session: SessionView) => void;
}

/** One session. The row itself takes the focus, so that arrow keys walk sessions and not buttons. */
function SessionRow({ session, title, isMine, nowMs, onEnd }: SessionRowProps) {
  const { id, machine_id, machine_name, user_email, created_at, attached_at, ended_at, ip_address, status } = session;
  const { tone, word, detail } = describeSessionRow(session, nowMs);
  const changedAt = ended_at ?? attached_at;
  return (
    <tr
      data-row
      tabIndex={0}
      className={`${ROW_GRID} min-h-14 gap-y-0.5 border-line py-2 not-last:border-b hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2`}
    >
      <th scope="row" className="min-w-0 text-left font-normal">
        <bdi className="block truncate font-medium" title={title}>
          {title}
        </bdi>
        <span className="block truncate font-mono text-ink-3 text-xs" title={id}>
          {id.slice(0, SHORT_ID_CHARS)}
        </span>
      </th>
      <td className="min-w-0 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-2">
        <bdi className="block truncate" title={user_email}>
          {isMine ? t("You") : user_email}
        </bdi>
        <span className="block truncate text-ink-3 text-xs md:hidden">
          {t("started {{created_at}}", { created_at: timeAgo(created_at, nowMs) })}
          {ip_address && t(", from {{ip_address}}", { ip_address })}
        </span>
      </td>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={fullTime(created_at)}>
        {timeAgo(created_at, nowMs)}
      </td>
      <td className="min-w-0 max-md:col-start-1 max-md:row-start-3" title={changedAt ? fullTime(changedAt) : undefined}>
        <span className="flex min-w-0 items-baseline gap-1.5 text-ink-2 text-sm">
          <Dot tone={tone} />
          <span className="shrink-0">{word}</span>
          {detail && <span className="truncate text-ink-3">{detail}</span>}
        </span>
      </td>
      <td className="min-w-0 truncate font-mono text-ink-2 text-sm max-md:hidden">{ip_address ?? <Unknown />}</td>
      <td className="flex justify-end gap-1.5 max-md:col-start-2 max-md:row-span-3 max-md:row-start-1 max-md:flex-col">
        {status === "active" && (
          <>
            <Button size="small" look="quiet" onClick={() => onEnd(session)}>
              {t("End")}
              <span className="sr-only">{t(" the session on {{machine_name}}", { machine_name })}</span>
            </Button>
            {isMine && (
              <Link
                data-open
                to="/terminal/$machineId"
                params={{ machineId: machine_id }}
                search={{ session: id }}
                preload="intent"
                className={buttonClass("plain", "small")}
              >
                <SquareTerminal className="size-4" aria-hidden="true" />
                {t("Open")}
                <span className="sr-only">{t(" the session on {{machine_name}}", { machine_name })}</span>
              </Link>
            )}
          </>
        )}
      </td>
    </tr>
  );
}

const Unknown = (): ReactNode => (
  <>
    <span aria-hidden="true" className="text-ink-3">
      –
    </span>
    <span className="sr-only">{t("unknown")}</span>
  </>
);

const SHADES = ["w-28", "w-36", "w-24"];

export const SessionTableSkeleton = () => (
  <div role="status" className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
    <span className="sr-only">{t("Loading sessions…")}</span>
    {SHADES.map((width) => (
      <div key={width} className={`${ROW_GRID} h-14 border-line not-last:border-b`}>
        <Skeleton className={`h-3.5 ${width}`} />
        <Skeleton className="h-3.5 w-32 max-md:hidden" />
        <Skeleton className="h-3.5 w-14 max-md:hidden" />
        <Skeleton className="h-3.5 w-28 max-md:hidden" />
        <Skeleton className="h-3.5 w-20 max-md:hidden" />
        <Skeleton className="ml-auto h-8 w-20" />
      </div>
    ))}
  </div>
);

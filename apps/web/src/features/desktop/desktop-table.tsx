import type { DesktopSessionView } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { Monitor } from "lucide-react";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { Button, buttonClass, Dot, type Tone } from "../../ui/index.tsx";
import { isWaiting, mayDecide, wayToEnd } from "./live-desktops.ts";
import { useDecision } from "./use-decision.ts";
import { useLooker } from "./use-looker.ts";

const ROW_GRID =
  "grid items-center gap-x-4 px-4 max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.3fr)_minmax(0,1.4fr)_minmax(0,0.9fr)_minmax(0,1.8fr)_14rem]";

/** Desktops that are seen, or waited for, and what this person may do about it. Nothing where there is none. */
export function DesktopTable({ machineId }: { machineId?: string }) {
  const { org, sessions: known, who } = useLooker();
  const sessions = machineId === undefined ? known : known?.filter(({ machine_id }) => machine_id === machineId);
  const nowMs = useNow();
  const decide = useDecision(org?.id ?? "");
  if (!sessions || sessions.length === 0) return null;
  return (
    <section className="mb-8">
      <h2 className="mb-3 font-semibold text-lg">{t("Desktops")}</h2>
      <table
        className="block overflow-clip rounded-lg border border-line bg-surface shadow-card"
        aria-label={t("Desktop sessions")}
      >
        <thead className="block max-md:sr-only">
          <tr className={`${ROW_GRID} h-9 border-line border-b text-left text-ink-3 text-xs *:font-normal`}>
            <th scope="col">{t("Machine")}</th>
            <th scope="col">{t("Viewer")}</th>
            <th scope="col">{t("Started")}</th>
            <th scope="col">{t("State")}</th>
            <th scope="col">
              <span className="sr-only">{t("Actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody className="block">
          {sessions.map((session) => {
            const { id, machine_id, machine_name, viewer_email, viewer_user_id, created_at, session_type } = session;
            const { tone, words } = describe(session);
            const isMine = viewer_user_id === who.userId;
            const end = wayToEnd(session, who);
            const isBusy = decide.isPending && decide.variables.sessionId === id;
            return (
              <tr
                key={id}
                className={`${ROW_GRID} min-h-14 gap-y-0.5 border-line py-2 not-last:border-b hover:bg-hover`}
              >
                <th scope="row" className="min-w-0 text-left font-normal">
                  <bdi className="block truncate font-medium" title={machine_name}>
                    {machine_name}
                  </bdi>
                </th>
                <td className="min-w-0 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-2">
                  <bdi className="block truncate" title={viewer_email}>
                    {isMine ? t("You") : viewer_email}
                  </bdi>
                  <span className="block truncate text-ink-3 text-xs">
                    {session_type === "admin" ? t("as administrator") : t("as member")}
                  </span>
                </td>
                <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={fullTime(created_at)}>
                  {timeAgo(created_at, nowMs)}
                </td>
                <td className="flex min-w-0 items-baseline gap-1.5 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-3">
                  <Dot tone={tone} />
                  <span className="min-w-0 truncate" title={session.refusal ?? undefined}>
                    {words}
                  </span>
                </td>
                <td className="flex justify-end gap-1.5 max-md:col-start-2 max-md:row-span-3 max-md:row-start-1 max-md:flex-col">
                  {isWaiting(session) && !isMine && mayDecide(session, who) && (
                    <Button
                      size="small"
                      disabled={isBusy}
                      onClick={() => decide.mutate({ act: "approve_consent", sessionId: id })}
                    >
                      {t("Allow")}
                      <span className="sr-only">
                        {" "}
                        {t("{{viewer_email}} to see {{machine_name}}", { viewer_email, machine_name })}
                      </span>
                    </Button>
                  )}
                  {end && (
                    <Button
                      size="small"
                      look="quiet"
                      busy={isBusy}
                      onClick={() => decide.mutate({ act: end, sessionId: id })}
                    >
                      {end === "reject_consent" && isWaiting(session) ? t("Refuse") : t("End")}
                      <span className="sr-only">{t(" the desktop of {{machine_name}}", { machine_name })}</span>
                    </Button>
                  )}
                  {isMine && (
                    <Link
                      to="/remote-desktop/$machineId"
                      params={{ machineId: machine_id }}
                      search={{ session: id }}
                      preload="intent"
                      className={buttonClass("plain", "small")}
                    >
                      <Monitor className="size-4" aria-hidden="true" />
                      {t("Open")}
                      <span className="sr-only">{t(" the desktop of {{machine_name}}", { machine_name })}</span>
                    </Link>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function describe({ status, consent_required, consent_granted, refusal }: DesktopSessionView): {
  tone: Tone;
  words: string;
} {
  if (status === "active") return { tone: "ok", words: t("Seen now") };
  if (consent_required && consent_granted !== true) return { tone: "warn", words: t("Waits for consent") };
  return refusal ? { tone: "danger", words: t("The machine shows none") } : { tone: "warn", words: t("Connecting") };
}

import { isAdminRole, type SessionView } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Monitor, X } from "lucide-react";
import { useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, buttonClass, Choice, EmptyState } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { DesktopTable } from "../desktop/index.ts";
import { Loaded, PageHeader, Refused } from "../page/index.ts";
import { EndSessionDialog } from "./end-session-dialog.tsx";
import { chooseSessions, type SessionFilter } from "./session-list.ts";
import { SessionTable, SessionTableSkeleton } from "./session-table.tsx";
import { sessionQueries } from "./sessions.queries.ts";

const REFUSED = t("Only owners and admins see sessions");

/** Who is on what, since when, from where. */
export function SessionsPage() {
  const { user } = useSession();
  const { org } = useOrg();
  const live = useLiveStatus();
  const navigate = useNavigate();
  const { who, status, machine } = useSearch({ from: "/signed-in/framed/sessions" });
  const mayLook = isAdminRole(org?.role);
  const sessions = useQuery({
    ...sessionQueries.list(org?.id ?? "", status ?? "active", live),
    enabled: org !== undefined && mayLook,
  });
  const [ending, setEnding] = useState<SessionView>();
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });

  const filter: SessionFilter = { ...(who && { who }), ...(status && { status }), ...(machine && { machine }) };
  const change = (to: { [Key in keyof SessionFilter]: SessionFilter[Key] | undefined }) => {
    const next = { ...filter, ...to };
    const search = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as SessionFilter;
    void navigate({ to: "/sessions", search, replace: true });
  };
  const shown = sessions.data && chooseSessions(sessions.data, filter, user.id);

  return (
    <>
      <PageHeader title={t("Sessions")} summary={shown && countWords(shown, status)}>
        {mayLook && (
          <>
            <Choice
              label={t("Whose")}
              options={[
                { value: "all", words: t("Everybody") },
                { value: "mine", words: t("Mine") },
              ]}
              value={who ?? "all"}
              onChange={(value) => change({ who: value === "mine" ? value : undefined })}
            />
            <Choice
              label={t("State")}
              options={[
                { value: "active", words: t("Running") },
                { value: "ended", words: t("Ended lately") },
              ]}
              value={status ?? "active"}
              onChange={(value) => change({ status: value === "ended" ? value : undefined })}
            />
          </>
        )}
      </PageHeader>
      {machine && mayLook && (
        <p className="mb-4 flex items-center gap-2 text-ink-2 text-sm">
          <span className="min-w-0 truncate">
            {rich(
              t("On <0>"),
              <bdi>
                {sessions.data?.find(({ machine_id }) => machine_id === machine)?.machine_name ?? t("one machine")}
              </bdi>,
            )}
          </span>
          <Button
            size="small"
            look="quiet"
            icon={<X className="size-3.5" aria-hidden="true" />}
            onClick={() => change({ machine: undefined })}
          >
            {t("All machines")}
          </Button>
        </p>
      )}
      <DesktopTable />
      {body()}
      {ending && org && (
        <EndSessionDialog
          orgId={org.id}
          sessionId={ending.id}
          machineName={ending.machine_name}
          owner={ending.user_id === user.id ? undefined : ending.user_email}
          onClose={() => setEnding(undefined)}
        />
      )}
    </>
  );

  function body() {
    if (!org) {
      return (
        <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
      );
    }
    if (!mayLook) return <Refused>{REFUSED}</Refused>;
    return (
      <Loaded query={sessions} what={t("the sessions")} skeleton={<SessionTableSkeleton />} refused={REFUSED}>
        {() =>
          shown && shown.length > 0 ? (
            <SessionTable sessions={shown} userId={user.id} rows={rows} onEnd={setEnding} />
          ) : (
            <EmptyState
              icon={<Monitor className="size-8" strokeWidth={1.5} aria-hidden="true" />}
              title={status === "ended" ? t("No session ended lately") : t("No sessions are running")}
              hint={
                status === "ended"
                  ? t("Sessions that ended are listed here for a while.")
                  : t("A terminal that is opened on a machine is listed here, also while nobody looks at it.")
              }
              action={
                <Link to="/machines" className={buttonClass()}>
                  {t("Go to machines")}
                </Link>
              }
            />
          )
        }
      </Loaded>
    );
  }
}

function countWords(sessions: readonly SessionView[], status: "ended" | undefined): string {
  if (status === "ended") return t("{{number}} ended lately", { number: sessions.length });
  const attached = sessions.filter((session) => session.attached).length;
  return sessions.length === 0
    ? t("None running")
    : t("{{number}} running, {{attached}} attached", { number: sessions.length, attached });
}

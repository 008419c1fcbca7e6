import type { MachineView, SessionView } from "@sallyport/protocol";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { useSession } from "../auth/index.ts";
import { Loaded } from "../page/index.ts";
import { EndSessionDialog, SessionTable, SessionTableSkeleton, sessionQueries } from "../sessions/index.ts";
import { TabSection } from "./tab-section.tsx";

/** Who is on the machine, and who was lately. */
export function MachineSessions({ machine }: { machine: MachineView }) {
  const { id, org_id, name } = machine;
  const { user } = useSession();
  const live = useLiveStatus();
  const running = useQuery(sessionQueries.ofMachine(org_id, id, "active", live));
  const ended = useQuery(sessionQueries.ofMachine(org_id, id, "ended", live));
  const runningRows = useRowKeys();
  const endedRows = useRowKeys();
  const [ending, setEnding] = useState<SessionView>();
  const toFirstRow = () => runningRows.focusFirst() || endedRows.focusFirst();
  useShortcuts({ j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });

  const list = (
    title: string,
    none: string,
    query: UseQueryResult<SessionView[]>,
    rows: ReturnType<typeof useRowKeys>,
  ) => (
    <TabSection title={title}>
      <Loaded
        query={query}
        what={t("the sessions")}
        refused={t("Only owners and admins see sessions")}
        skeleton={<SessionTableSkeleton />}
      >
        {(sessions) =>
          sessions.length === 0 ? (
            <p className="text-ink-3 text-sm">{none}</p>
          ) : (
            <SessionTable
              label={title}
              isOneMachine
              sessions={sessions}
              userId={user.id}
              rows={rows}
              onEnd={setEnding}
            />
          )
        }
      </Loaded>
    </TabSection>
  );

  return (
    <>
      {list(t("Running sessions"), t("No session is running on this machine."), running, runningRows)}
      {list(t("Ended lately"), t("No session has ended on this machine lately."), ended, endedRows)}
      {ending && (
        <EndSessionDialog
          orgId={org_id}
          sessionId={ending.id}
          machineName={name}
          owner={ending.user_id === user.id ? undefined : ending.user_email}
          onClose={() => setEnding(undefined)}
        />
      )}
    </>
  );
}

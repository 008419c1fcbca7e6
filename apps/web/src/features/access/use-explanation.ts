import type { MachineView } from "@sallyport/protocol";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useLiveStatus } from "../../api/live-status.ts";
import { accessQueries } from "./access.queries.ts";
import { type AccessQuestion, FIRST_VERB } from "./access-question.ts";

/** What an answer stands on and no record tells of: announcements about the machine change it. */
function presenceOf(machines: readonly MachineView[], idOrName: string): string {
  return machines
    .filter(({ id, name }) => id === idOrName || name === idOrName)
    .map(({ status, session_enabled, agent_session_enabled, admin_disabled, owner_id }) =>
      [status, session_enabled, agent_session_enabled, admin_disabled, owner_id].join(),
    )
    .join(";");
}

const NOTHING: AccessQuestion = { person: "", machine: "", verb: FIRST_VERB };

/** The server's answer to one question, kept up to date; pending for ever where no person is named. */
export function useExplanation(orgId: string, machines: readonly MachineView[], question: AccessQuestion = NOTHING) {
  const live = useLiveStatus();
  const presence = presenceOf(machines, question.machine);
  return useQuery({
    ...accessQueries.explain(orgId, question, { live, presence, news: "records" }),
    enabled: question.person !== "",
  });
}

/** The same question about several people, whoever it names. */
export function useExplanations(
  orgId: string,
  machines: readonly MachineView[],
  { question, userIds }: { question: AccessQuestion; userIds: readonly string[] },
) {
  const live = useLiveStatus();
  const presence = presenceOf(machines, question.machine);
  return useQueries({
    queries: userIds.map((person) =>
      accessQueries.explain(orgId, { ...question, person }, { live, presence, news: "rights" }),
    ),
  });
}

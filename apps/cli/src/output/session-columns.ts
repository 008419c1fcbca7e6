import type { SessionView } from "@sallyport/protocol";
import { shortIds } from "../session/find-by-prefix.ts";
import type { Column } from "./printer.ts";
import { seconds } from "./seconds.ts";

/** Sessions for people. A star marks the ones of `userId`. */
export function sessionColumns(
  sessions: readonly SessionView[],
  { userId, ended }: { userId: string; ended: boolean },
): Column<SessionView>[] {
  const ids = sessions.map(({ id }) => id);
  const shortOf = new Map(shortIds(ids).map((short, index) => [ids[index], short]));
  return [
    { header: "", cell: ({ user_id }) => (user_id === userId ? "*" : ""), whole: true },
    { header: "ID", cell: ({ id }) => shortOf.get(id) ?? id, whole: true },
    { header: "MACHINE", cell: ({ machine_name }) => machine_name },
    { header: "USER", cell: ({ user_email }) => user_email },
    { header: "STARTED", cell: ({ created_at }) => seconds(created_at) },
    ended ? { header: "ENDED", cell: ending } : { header: "VIEWER", cell: viewer },
    { header: "FROM", cell: ({ ip_address }) => ip_address ?? "-" },
  ];
}

function viewer({ attached, attached_at }: SessionView): string {
  if (!attached) return "detached";
  return attached_at === null ? "attached" : `attached since ${seconds(attached_at)}`;
}

function ending({ ended_at, cause, exit_code }: SessionView): string {
  const how = exit_code === null ? (cause ?? "").replaceAll("_", " ") : `exit ${exit_code}`;
  return `${ended_at === null ? "-" : seconds(ended_at)} ${how}`.trimEnd();
}

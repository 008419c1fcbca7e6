import type { SessionView } from "@sallyport/protocol";
import { shortIds } from "../session/find-by-prefix.ts";
import { type TableOptions, table } from "./table.ts";

/** Sessions for people. A star marks the ones of `userId`. */
export function sessionTable(
  sessions: readonly SessionView[],
  { userId, ended, width }: { userId: string; ended: boolean; width?: TableOptions["width"] },
): string {
  const ids = shortIds(sessions.map(({ id }) => id));
  return table(
    ["", "ID", "MACHINE", "USER", "STARTED", ended ? "ENDED" : "VIEWER", "FROM"],
    sessions.map((session, index) => [
      session.user_id === userId ? "*" : "",
      ids[index] ?? session.id,
      session.machine_name,
      session.user_email,
      seconds(session.created_at),
      ended ? ending(session) : viewer(session),
      session.ip_address ?? "-",
    ]),
    { width, whole: [0, 1] },
  );
}

function viewer({ attached, attached_at }: SessionView): string {
  if (!attached) return "detached";
  return attached_at === null ? "attached" : `attached since ${seconds(attached_at)}`;
}

function ending({ ended_at, cause, exit_code }: SessionView): string {
  const how = exit_code === null ? (cause ?? "").replaceAll("_", " ") : `exit ${exit_code}`;
  return `${ended_at === null ? "-" : seconds(ended_at)} ${how}`.trimEnd();
}

const seconds = (time: string): string => time.replace("T", " ").slice(0, 19);

import { AppError, shellApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { ask } from "../output/ask.ts";
import { reportError } from "../output/report-error.ts";
import { findByPrefix } from "../session/find-by-prefix.ts";

/** As for a session that somebody else has: asked, and not done. */
const DECLINED = 5;

/** `gatekey-admin session kill`: ends sessions and the programs in them. Nothing is ended when one name is wrong. */
export async function sessionKill(
  { print, signedIn }: Cli,
  wanted: string[],
  { yes = false }: { yes?: boolean },
): Promise<void> {
  const { api, orgId } = await signedIn();
  const { sessions } = await api.act(shellApi, "list_sessions", { org_id: orgId });
  const doomed = [...new Set(wanted.map((each) => findByPrefix(sessions, each, "Session")))];
  if (!yes && !process.stdin.isTTY) {
    throw new AppError("INVALID_INPUT", { reason: "Nobody is here to ask whether to end it; say --yes" });
  }
  if (!yes && !(await ask(question(doomed)))) {
    process.stderr.write("Nothing was ended.\n");
    process.exitCode = DECLINED;
    return;
  }
  for (const { id } of doomed) {
    try {
      await api.act(shellApi, "end_session", { org_id: orgId, session_id: id });
      process.stderr.write(`Ended ${id}.\n`);
    } catch (error) {
      // The others are ended all the same.
      process.exitCode = reportError(error, print.format);
    }
  }
}

function question(doomed: readonly { machine_name: string; user_email: string }[]): string {
  const which = doomed.map(({ machine_name, user_email }) => `${user_email} on ${machine_name}`).join(", ");
  return `End ${doomed.length === 1 ? "the session" : `${doomed.length} sessions`} of ${which}?`;
}

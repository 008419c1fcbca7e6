import { AppError, shellApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { say } from "../output/say.ts";
import { findByPrefix } from "../session/find-by-prefix.ts";
import { SessionWindow } from "../session/session-window.ts";

export interface SessionAttachOptions {
  takeOver?: boolean;
  readEarlier?: boolean;
  predict: "auto" | "off";
}

/** `gatekey-admin session attach`: goes on with a session in this terminal. */
export async function sessionAttach(
  { signedIn }: Cli,
  wanted: string,
  { takeOver = false, readEarlier = false, predict }: SessionAttachOptions,
): Promise<void> {
  const operator = await signedIn();
  const { api, orgId, user } = operator;
  const { sessions } = await api.act(shellApi, "list_sessions", { org_id: orgId });
  const session = findByPrefix(sessions, wanted, "Session");
  if (session.user_id !== user.id) {
    const reason = `The session belongs to ${session.user_email}; nobody else attaches to it`;
    throw new AppError("FORBIDDEN", { reason });
  }
  if (session.kind !== "shell") throw new AppError("NOT_A_SHELL", {});
  const outcome = await new SessionWindow({
    operator,
    machineId: session.machine_id,
    resume: { sessionId: session.id, takeOver, ...(readEarlier && { have: 0 }) },
    predict: predict === "auto",
  }).run();
  if (outcome.message !== undefined) say(outcome.message);
  process.exitCode = outcome.status;
}

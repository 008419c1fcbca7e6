import { randomUUID } from "node:crypto";
import {
  AppError,
  EXEC_RECORDED_BYTES,
  type ExecProgram,
  type execApi,
  SHELL_TOKEN_SECONDS,
} from "@sallyport/protocol";
import type { z } from "zod";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { findMachinesNow, type MachineNow } from "../machines/index.ts";
import { decideReachable, insertShellTokens, type Lines, newShellToken, pruneShellTokens } from "../shell/index.ts";
import { findRun, lockRun, recordsOutput } from "./exec.store.ts";

type Input = z.output<typeof execApi.actions.create.input>;

/**
 * Makes a one-time token for one command on each of these machines. Nothing runs before its token opens the session's
 * socket, where everything is checked again and the command is recorded.
 */
export async function createExec(
  db: Database,
  {
    actor,
    scope,
    input,
    heartbeatTimeoutSeconds,
  }: { actor: Actor; scope: OrgScope; input: Input; heartbeatTimeoutSeconds: number },
) {
  const runId = input.run_id ?? randomUUID();
  return db.transaction(async (tx) => {
    if (input.run_id) await joinRun(tx, scope, { runId, userId: actor.userId, program: input });
    const found = await findMachinesNow(tx, scope, input.machine_ids, heartbeatTimeoutSeconds);
    const program: ExecProgram & Lines = {
      command: input.command,
      timeout_seconds: input.timeout_seconds,
      stdin: input.stdin,
      lines: input.lines,
      recorded_bytes: (await recordsOutput(tx, scope)) ? EXEC_RECORDED_BYTES : 0,
    };
    const answers = input.machine_ids.map((id) => answerFor(id, found.get(id.toLowerCase())));
    const tokens = answers.flatMap(({ machine_id: machineId, token }) =>
      token === null
        ? []
        : [{ tokenHash: hashSecret(token), userId: actor.userId, machineId, kind: "exec" as const, program, runId }],
    );
    await insertShellTokens(tx, scope, tokens);
    await pruneShellTokens(tx, actor.userId);
    return { run_id: runId, expires_in: SHELL_TOKEN_SECONDS, machines: answers };
  });
}

/** A run is one person's, and one command on many machines: whoever reads of it reads of one. */
async function joinRun(
  tx: Queryable,
  scope: OrgScope,
  { runId, userId, program }: { runId: string; userId: string; program: Lines & Omit<ExecProgram, "recorded_bytes"> },
): Promise<void> {
  await lockRun(tx, runId);
  const run = await findRun(tx, scope, runId);
  if (!run) return;
  if (run.userId !== userId) throw new AppError("FORBIDDEN", { reason: "The run is another person's" });
  const isAlike = (["command", "timeout_seconds", "stdin", "lines"] as const).every(
    (field) => run.program[field] === program[field],
  );
  if (!isAlike) throw new AppError("INVALID_INPUT", { reason: "run_id: the run has another command" });
}

function answerFor(id: string, found: MachineNow | undefined) {
  const refusal = found ? decideReachable(found) : new AppError("NOT_FOUND", { what: "Machine" });
  return {
    machine_id: found?.machine.id ?? id,
    machine_name: found?.machine.name ?? null,
    token: refusal ? null : newShellToken(),
    error: refusal ? { code: refusal.code, message: refusal.message } : null,
  };
}

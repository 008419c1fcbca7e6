import { z } from "zod";
import {
  EXEC_COMMAND_CHARS,
  EXEC_DEFAULT_TIMEOUT_SECONDS,
  EXEC_MACHINES_PER_CALL,
  EXEC_RUNS,
  EXEC_TIMEOUT_SECONDS,
} from "../limits.ts";
import { action, actionEndpoint } from "./endpoint.ts";
import { AnyId, Instant, STORABLE } from "./fields.ts";
import { SHELL_GUARD } from "./shell.ts";

/** What is to be run, as a caller asks for it. */
export const ExecRequest = z.object({
  /** Run by `/bin/sh -c`, as the account that the agent runs as. */
  command: z.string().min(1).max(EXEC_COMMAND_CHARS).regex(STORABLE, "must not contain NUL"),
  /** The command is ended after this long; null: never. */
  timeout_seconds: z.number().int().min(1).max(EXEC_TIMEOUT_SECONDS).nullable().default(EXEC_DEFAULT_TIMEOUT_SECONDS),
  /** Whether the viewer sends standard input; without, the command reads an empty one. */
  stdin: z.boolean().default(false),
  /** Whether what comes in are commands, one a line, as of a shell without a terminal: each is recorded before it runs. */
  lines: z.boolean().default(false),
});

/** One command on one machine, as histories show it. */
export const ExecView = z.object({
  session_id: z.uuid(),
  run_id: z.uuid(),
  machine_id: z.uuid(),
  machine_name: z.string(),
  user_id: z.uuid(),
  user_email: z.string(),
  command: z.string(),
  status: z.enum(["active", "ended"]),
  created_at: Instant,
  ended_at: Instant.nullable(),
  /** `exited`, or a lower-case code of the error catalogue; null while it runs. */
  cause: z.string().nullable(),
  exit_code: z.number().int().nullable(),
  /** The beginning of what it wrote, base64; null when the organisation does not record output. */
  output: z.object({ stdout: z.base64(), stderr: z.base64(), truncated: z.boolean() }).nullable(),
});
export type ExecView = z.infer<typeof ExecView>;

/** One command on as many machines as somebody ran it on, as lists of runs show it. */
export const ExecRunView = z.object({
  run_id: z.uuid(),
  command: z.string(),
  user_id: z.uuid(),
  user_email: z.string(),
  /** Of its first machine. */
  created_at: Instant,
  /** Machines on which it was begun; how many of them it runs on now; and on how many it exited with 0. */
  machines: z.number().int(),
  active: z.number().int(),
  succeeded: z.number().int(),
});
export type ExecRunView = z.infer<typeof ExecRunView>;

/** `POST /api/exec`: one command on one or many machines. */
export const execApi = actionEndpoint({
  path: "/api/exec",
  summary: "Commands on machines",
  guard: SHELL_GUARD,
  actions: {
    create: action({
      summary: "Make one-time tokens that run a command: one for the session WebSocket of each machine",
      input: ExecRequest.extend({
        org_id: AnyId,
        machine_ids: z.array(AnyId).min(1).max(EXEC_MACHINES_PER_CALL),
        /** Of a run that goes on with more machines; a new one without. */
        run_id: z.uuid().optional(),
      }),
      output: z.object({
        run_id: z.uuid(),
        expires_in: z.number().int(),
        /** In the order of `machine_ids`. A machine on which it cannot run has an `error` instead of a token. */
        machines: z.array(
          z.object({
            machine_id: z.string(),
            machine_name: z.string().nullable(),
            token: z.string().nullable(),
            error: z.object({ code: z.string(), message: z.string() }).nullable(),
          }),
        ),
      }),
      errors: ["AUDIT_UNAVAILABLE", "FORBIDDEN"],
    }),
    runs: action({
      summary: "Runs, newest first: a command on all of its machines counts as one",
      input: z.object({ org_id: AnyId, limit: z.number().int().min(1).max(EXEC_RUNS.max).default(EXEC_RUNS.default) }),
      output: z.object({ runs: z.array(ExecRunView) }),
      errors: [],
    }),
    history: action({
      summary: "Commands that were run, newest first; those of one run with what they wrote",
      input: z.object({
        org_id: AnyId,
        run_id: AnyId.optional(),
        machine_id: AnyId.optional(),
        limit: z.number().int().min(1).max(1_000).default(100),
      }),
      output: z.object({ commands: z.array(ExecView) }),
      errors: [],
    }),
  },
});

import { randomUUID } from "node:crypto";
import { AppError, ERRORS, type ErrorBody } from "@sallyport/protocol";
import { asDatabaseError } from "../db/database.ts";

export interface ErrorResponse {
  status: number;
  headers: Record<string, string>;
  body: { success: false; data: null; error: ErrorBody };
  /** Set when the failure is ours: log it under this number with the cause. */
  incident?: string;
}

/** Turns anything thrown into an answer. What is not in the catalogue becomes an incident; its cause never travels. */
export function errorResponse(thrown: unknown): ErrorResponse {
  const known = asDatabaseError(thrown);
  const incident = known instanceof AppError ? undefined : randomUUID();
  const error: AppError =
    known instanceof AppError ? known : new AppError("INTERNAL_ERROR", { incident: incident ?? "" });
  const facts: Record<string, unknown> = error.data;
  const { http, beside = [] }: { http: number; beside?: readonly string[] } = ERRORS[error.code];
  const retryAfter = facts.retryAfterSeconds;
  return {
    status: http,
    headers: typeof retryAfter === "number" ? { "retry-after": String(Math.ceil(retryAfter)) } : {},
    body: {
      success: false,
      data: null,
      error: {
        code: error.code,
        message: error.message,
        ...(Object.keys(facts).length > 0 && { data: facts }),
        ...Object.fromEntries(beside.map((name) => [name, facts[name]])),
      },
    },
    ...(incident !== undefined && { incident }),
  };
}

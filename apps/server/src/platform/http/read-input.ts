/** From what a stranger sent to what a contract says, or the catalogue's words for why not. */
import { AppError } from "@sallyport/protocol";
import { z } from "zod";

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === "";

/** The body as an object, or INVALID_JSON. */
export function requireObject(body: unknown): Record<string, unknown> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new AppError("INVALID_JSON", {});
  return body as Record<string, unknown>;
}

/** A text field that the order of checks wants before the rest is looked at. */
export function requireText(body: Record<string, unknown>, field: string): string {
  const value = Object.hasOwn(body, field) ? body[field] : undefined;
  if (isAbsent(value)) throw new AppError("MISSING_FIELDS", { field });
  if (typeof value !== "string") throw new AppError("INVALID_INPUT", { reason: `${field} must be a string` });
  return value;
}

/**
 * Validates by contract. A required field that is absent, null or empty is MISSING_FIELDS, the first one in the
 * contract's order; anything else that is wrong is INVALID_INPUT and says what was expected.
 */
export function readInput<Type extends z.ZodType>(type: Type, value: unknown): z.output<Type> {
  const result = type.safeParse(value);
  if (result.success) return result.data;
  const shape: Record<string, z.core.$ZodType> = type instanceof z.ZodObject ? type.shape : {};
  const { issues } = result.error;
  const isMissing = (field: string) =>
    isAbsent((value as Record<string, unknown>)[field]) && !z.safeParse(shape[field] ?? z.any(), undefined).success;
  const missing = Object.keys(shape).find(
    (field) => issues.some(({ path }) => path.length === 1 && path[0] === field) && isMissing(field),
  );
  if (missing) throw new AppError("MISSING_FIELDS", { field: missing });
  const issue = issues[0];
  throw new AppError("INVALID_INPUT", { reason: refusal(type, issue) });
}

/** A contract may word its refusal itself (`meta({ refusal })`); otherwise the field and what was expected. */
function refusal(type: z.ZodType, issue: z.core.$ZodIssue | undefined): string {
  const field = String(issue?.path[0] ?? "body");
  if (type instanceof z.ZodObject) {
    for (let at: unknown = type.shape[field]; at instanceof z.ZodType; at = inner(at)) {
      const worded = at.meta()?.refusal;
      if (typeof worded === "string") return worded;
    }
  }
  return `${issue?.path.join(".") || "body"}: ${issue?.message ?? "not accepted"}`;
}

const inner = (type: z.ZodType): unknown =>
  type instanceof z.ZodDefault || type instanceof z.ZodOptional ? type.unwrap() : undefined;

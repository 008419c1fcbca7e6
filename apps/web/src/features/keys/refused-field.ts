import { errorCode, errorMessage } from "../../api/errors.ts";

export interface Refusal<Field extends string> {
  /** The field that the server's words are about; undefined when they are about the whole. */
  field: Field | undefined;
  words: string;
}

/**
 * What the server refused, and beside which field to say so: its words about input begin with the field's name, as in
 * `allowed_tags.0: must be …` or `name required`.
 */
export function refusalOf<Field extends string>(error: unknown, fields: readonly Field[]): Refusal<Field> | undefined {
  if (!error) return undefined;
  const words = errorMessage(error);
  const isAboutInput = ["INVALID_INPUT", "MISSING_FIELDS"].includes(errorCode(error) ?? "");
  const [first] = isAboutInput ? (/^\w+/.exec(words) ?? []) : [];
  return { field: fields.find((field) => field === first), words };
}

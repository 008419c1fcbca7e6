/** Field types that several contracts share. */
import { z } from "zod";
import { NAME_CHARS, TAG_CHARS, TAGS_MAX } from "../limits.ts";

/** An instant: ISO 8601 in UTC, milliseconds. */
export const Instant = z.iso.datetime();

/** Text that a database keeps as it is: no NUL, no half of a character. */
export const STORABLE = /^[^\0\p{Cs}]*$/u;

/** An identifier as a caller sends it: a UUID in every answer, but any text is accepted and simply not found. */
export const AnyId = z.string().min(1).max(256).regex(STORABLE, "must not contain NUL");

/** An instant as a caller sends it: of the years that databases have, too. */
export const Moment = Instant.refine((text) => !text.startsWith("0000"), "must be in the years 0001 to 9999");

/** Something a person named. Control characters are refused, because names reach terminals and logs. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(NAME_CHARS)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, "must not contain control characters");

export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@\p{Cc}\p{Cf}\p{Cs}]+@[^\s@\p{Cc}\p{Cf}\p{Cs}]+$/u, "must be an e-mail address");

/** A tag of a machine, without its `tag:`, in lower case. */
export const Tag = z
  .string()
  .trim()
  .toLowerCase()
  .transform((text) => text.replace(/^tag:/, ""))
  .pipe(
    z
      .string()
      .max(TAG_CHARS)
      .regex(/^[a-z0-9][a-z0-9._-]*$/, "must be letters, digits, '.', '_' and '-'"),
  );

export const Tags = z.array(Tag).max(TAGS_MAX);

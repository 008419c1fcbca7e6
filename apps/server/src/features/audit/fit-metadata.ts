import { AUDIT_METADATA_BYTES } from "@sallyport/protocol";

/** Texts are shortened to the first of these lengths with which everything fits. */
const TEXT_CHARS = [4_096, 1_024, 256, 64];
/** One character can take six bytes as JSON, and its escape can be escaped again. */
const BYTES_PER_CHAR = 8;

/** Escapes that jsonb does not take: NUL, and half a surrogate pair, which `JSON.stringify` writes as an escape. */
const UNSTORABLE = /\\\\|\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

const parseStorable = (json: string): Record<string, unknown> =>
  JSON.parse(json.replace(UNSTORABLE, (found) => (found === "\\\\" ? found : "\\ufffd"))) as Record<string, unknown>;

/** Text as PostgreSQL can hold it. */
export const storableText = (text: string): string => Buffer.from(text).toString().replaceAll("\0", "\ufffd");

/**
 * What the database gives back for this metadata, so that its hash can be made before it is stored. More than
 * AUDIT_METADATA_BYTES is cut, and then says in `cut_from_bytes` how much it was.
 */
export function fitMetadata(metadata: Record<string, unknown>): Record<string, unknown> {
  const json = JSON.stringify(metadata);
  const bytes = Buffer.byteLength(json);
  if (bytes <= AUDIT_METADATA_BYTES) return parseStorable(json);
  const plain = JSON.parse(json) as Record<string, unknown>;
  for (const chars of TEXT_CHARS) {
    const cut = JSON.stringify({ ...(shorten(plain, chars) as object), cut_from_bytes: bytes });
    if (Buffer.byteLength(cut) <= AUDIT_METADATA_BYTES) return parseStorable(cut);
  }
  const beginning = storableText(json.slice(0, AUDIT_METADATA_BYTES / BYTES_PER_CHAR));
  return { beginning, cut_from_bytes: bytes };
}

function shorten(value: unknown, chars: number): unknown {
  if (typeof value === "string") return value.length > chars ? `${value.slice(0, chars)}…` : value;
  if (Array.isArray(value)) return value.map((member) => shorten(member, chars));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shorten(member, chars)]));
}

/** What a caller says in the request for a socket: in its address, its headers, and the subprotocols that it offers. */
import { AppError, STREAM_CHALLENGE_HEADER } from "@sallyport/protocol";
import type { UpgradeRequest } from "./socket-router.ts";

/** @throws AppError `AMBIGUOUS_PARAM`, `MISSING_FIELDS` */
export function requiredParam({ query }: Pick<UpgradeRequest, "query">, field: string): string {
  const values = query.getAll(field);
  if (values.length > 1) throw new AppError("AMBIGUOUS_PARAM", { param: field });
  if (!values[0]) throw new AppError("MISSING_FIELDS", { field });
  return values[0];
}

/** A secret that a browser can only send as a subprotocol; in the address, for clients that can do neither. */
export const secretParam = (
  { query, protocols }: Pick<UpgradeRequest, "query" | "protocols">,
  param: string,
  prefix: string,
): string | undefined =>
  protocols.find((name) => name.startsWith(prefix))?.slice(prefix.length) ?? query.get(param) ?? undefined;

/**
 * The challenge of a stream that a machine opens.
 *
 * @throws AppError `PROTOCOL_ERROR`
 */
export function streamChallenge({ headers }: Pick<UpgradeRequest, "headers">): string {
  const challenge = headers[STREAM_CHALLENGE_HEADER];
  if (typeof challenge === "string" && /^[0-9a-f]{64}$/.test(challenge)) return challenge;
  throw new AppError("PROTOCOL_ERROR", { reason: `${STREAM_CHALLENGE_HEADER} must be 64 hexadecimal characters` });
}

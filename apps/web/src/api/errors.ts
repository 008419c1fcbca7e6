// As in client.ts: a page that shows errors only would otherwise bring the schemas along before they are told.
import "../lib/zod-without-eval.ts";
import { RemoteError } from "@sallyport/protocol";
import { t } from "../lib/texts.ts";

/** The catalogue's code of a failed call, when the server gave one. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof RemoteError ? error.code : undefined;

/** What happened, in the catalogue's words; for failures without a catalogue entry, in ours. */
export function errorMessage(error: unknown): string {
  if (error instanceof RemoteError) {
    return error.code === "UNREACHABLE"
      ? t("The control plane does not answer. Check your connection, then try again.")
      : error.message;
  }
  return t("The answer could not be understood. Reload the page; it may be older than the server.");
}

/** Whether trying the same again can help. */
export function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof RemoteError)) return false;
  return error.status === 0 || error.status >= 500;
}

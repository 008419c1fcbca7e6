/** Which streams the agent opens: encrypted ones, and to this very machine. Anything else only when told to. */
import { isReadableOnTheWay, type UrlDecision } from "@sallyport/client";

/** Decides on the address of a stream as a verified command gave it. */
export function decideStreamUrl(text: string, { insecure }: { insecure: boolean }): UrlDecision {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "ws:" && url.protocol !== "wss:")) {
    return { allowed: false, reason: "the stream's address is not ws or wss" };
  }
  if (isReadableOnTheWay(url) && !insecure) {
    return { allowed: false, reason: "the stream's address is not encrypted and --insecure was not given" };
  }
  return { allowed: true, url: url.href };
}

/** Which addresses the agent talks to: encrypted ones, and this very machine. Anything else only when told to. */

export type UrlDecision = { allowed: true; url: string } | { allowed: false; reason: string };

const parseUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const refuse = (reason: string): UrlDecision => ({ allowed: false, reason });

/** Whether what is sent to a control plane at this address, a valid one, can be read on the way. */
export function isReadable(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !isLoopback(hostname);
}

/** Whether a host name can only mean this machine. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|(.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}

/** Decides on a control plane's address as a person gave it. `url` is its origin; `permit` is how to allow a plain one. */
export function decideControlUrl(
  text: string,
  { insecure, permit = "give --insecure" }: { insecure: boolean; permit?: string },
): UrlDecision {
  const url = parseUrl(text);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return refuse(`'${text}' is not the address of a control plane; write https://HOST[:PORT]`);
  }
  if (url.username || url.password) return refuse("the control plane's address must not hold a user name or password");
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !insecure) {
    return refuse(
      `refusing ${url.origin}: it is not encrypted, so keys and keystrokes could be read on the way; ` +
        `use https://, or ${permit} if you accept that`,
    );
  }
  return { allowed: true, url: url.origin };
}

/** Decides on the address of a stream as a verified command gave it. */
export function decideStreamUrl(text: string, { insecure }: { insecure: boolean }): UrlDecision {
  const url = parseUrl(text);
  if (!url || (url.protocol !== "ws:" && url.protocol !== "wss:"))
    return refuse("the stream's address is not ws or wss");
  if (url.protocol === "ws:" && !isLoopback(url.hostname) && !insecure) {
    return refuse("the stream's address is not encrypted, and that was not allowed here");
  }
  return { allowed: true, url: url.href };
}

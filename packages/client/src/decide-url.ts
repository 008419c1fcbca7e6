/** Which addresses our programs talk to: encrypted ones, and this very machine. Anything else only when told to. */

export type UrlDecision = { allowed: true; url: string } | { allowed: false; reason: string };

const parseUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const refuse = (reason: string): UrlDecision => ({ allowed: false, reason });

/** Whether a host name, as a `URL` has it, can only mean this machine. */
export const isLoopbackHost = (hostname: string): boolean =>
  /^((.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);

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
  if (isReadableOnTheWay(url) && !insecure) {
    return refuse(
      `refusing ${url.origin}: it is not encrypted, so keys and keystrokes could be read on the way; ` +
        `use https://, or ${permit} if you accept that`,
    );
  }
  return { allowed: true, url: url.origin };
}

/** Whether somebody between here and there could read along. */
export const isReadableOnTheWay = ({ protocol, hostname }: Pick<URL, "protocol" | "hostname">): boolean =>
  (protocol === "http:" || protocol === "ws:") && !isLoopbackHost(hostname);

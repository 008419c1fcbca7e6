/** What programs on the machine ask the page to show, open or copy. All of it is hostile input. */

const TITLE_CHARS = 80;

/** A window title without control and direction characters, on one line, short. */
export function safeTitle(title: string): string {
  const clean = title
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  const chars = [...clean];
  return chars.length > TITLE_CHARS ? `${chars.slice(0, TITLE_CHARS - 1).join("")}…` : clean;
}

/** The address that may be opened, in its normal spelling; undefined for anything but http and https. */
export function safeLink(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}

/** Most text that a program may put on the clipboard, as base64. */
const OSC52_CHARS = 1024 * 1024;

/** The text of an OSC 52 write, `c;BASE64`. A question (`?`), other selections and nonsense give undefined. */
export function clipboardWrite(data: string): string | undefined {
  const match = /^([cps0-7]*);([A-Za-z0-9+/=]*)$/.exec(data);
  const base64 = match?.[2];
  if (!base64 || base64.length > OSC52_CHARS) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export const HOME_PATH = "/machines";
export const SIGN_IN_PATH = "/sign-in";

const NOWHERE = "http://sallyport.invalid";

/**
 * Where to go after signing in. Only a path of this dashboard is accepted: an address of another site, in any of the
 * spellings that browsers understand, becomes the home page, and so does the sign-in page itself.
 */
export function safeNextPath(next: unknown): string {
  // Browsers read a backslash as a slash, and drop tabs and line breaks, so `/\evil` and `/<tab>/evil` leave the site.
  if (typeof next !== "string" || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(next)) return HOME_PATH;
  try {
    const url = new URL(next, NOWHERE);
    const path = url.pathname + url.search + url.hash;
    // Dots can leave two slashes in front: `/./` + `/evil`.
    if (url.origin !== NOWHERE || path.startsWith("//")) return HOME_PATH;
    return url.pathname === SIGN_IN_PATH || url.pathname === "/" ? HOME_PATH : path;
  } catch {
    return HOME_PATH;
  }
}

/** Sent with every answer. An answer of the API is never a page, so its policy allows nothing at all. */
export const SECURITY_HEADERS: Record<string, string> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "cache-control": "no-store",
};

/** A year; sent only where people come by https, because a browser remembers it. */
const STRICT_TRANSPORT = "max-age=31536000; includeSubDomains";

/** The headers of a server at this address. Over plain http to another machine browsers reject the opener policy aloud. */
export function securityHeaders(publicUrl: string): Record<string, string> {
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === "https:") return { ...SECURITY_HEADERS, "strict-transport-security": STRICT_TRANSPORT };
  if (["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return SECURITY_HEADERS;
  const { "cross-origin-opener-policy": _, ...rest } = SECURITY_HEADERS;
  return rest;
}

/**
 * The dashboard's policy. Scripts only from our own files; styles also by nonce, because xterm.js makes its
 * style elements at run time. `connect-src 'self'` covers the WebSockets of the same origin.
 */
export const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    // Nothing of ours writes markup from text, so nothing may.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");

/** The page of `/api/docs`: text and its own style, nothing else. */
export const docsPolicy = (nonce: string): string =>
  `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

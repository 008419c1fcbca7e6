/**
 * Which pages may open a WebSocket here. Compared as the browser serialises origins, to the letter: no prefix, no
 * suffix, no other port, no trailing dot.
 */
export function originPolicy(allowed: readonly string[]): (origin: string) => boolean {
  const exact = new Set(allowed);
  return (origin) => exact.has(origin);
}

/** `localhost` and `127.0.0.1` are the same door on this machine, whichever of them the address bar shows. */
export function ownOrigins(publicUrl: string, more: readonly string[]): string[] {
  const { protocol, hostname, port } = new URL(publicUrl);
  const suffix = port === "" ? "" : `:${port}`;
  const loopback = ["localhost", "127.0.0.1", "[::1]"];
  const names = loopback.includes(hostname) ? loopback : [hostname];
  return [...names.map((name) => `${protocol}//${name}${suffix}`), ...more];
}

/** The tailnet is 100.64.0.0/10, the range that carriers use inside, so it collides with no public address. Pure. */
const NETWORK = (100 << 24) | (64 << 16);

/** The address of host 1 … 4,194,302 of the tailnet. */
export function tailnetAddress(host: number): string {
  const address = NETWORK + host;
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

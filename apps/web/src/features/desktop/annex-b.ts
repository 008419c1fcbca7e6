/** The little that a viewer must know of H.264 in Annex B form. */

const SPS = 7;

/**
 * The codec string of an access unit that begins a stream, as `avc1.42c01f` (RFC 6381): profile, constraints and level
 * of its sequence parameter set. Undefined where there is none, as in every frame that needs earlier ones.
 */
export function codecOf(accessUnit: Uint8Array): string | undefined {
  for (let at = 0; at + 6 < accessUnit.length; at += 1) {
    if (accessUnit[at] !== 0 || accessUnit[at + 1] !== 0 || accessUnit[at + 2] !== 1) continue;
    if (((accessUnit[at + 3] ?? 0) & 0x1f) !== SPS) continue;
    return `avc1.${[...accessUnit.subarray(at + 4, at + 7)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  return undefined;
}

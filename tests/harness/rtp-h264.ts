/** H.264 in RTP (RFC 6184): single units, and fragments of those that are too long. */

const MOST_BYTES = 1_180;
const FU_A = 28;

/** The units of an access unit in Annex B form, without their start codes. */
function unitsOf(accessUnit: Buffer): Buffer[] {
  const starts: { from: number; to: number }[] = [];
  for (let at = 0; at + 2 < accessUnit.length; at += 1) {
    if (accessUnit[at] !== 0 || accessUnit[at + 1] !== 0 || accessUnit[at + 2] !== 1) continue;
    starts.push({ from: at > 0 && accessUnit[at - 1] === 0 ? at - 1 : at, to: at + 3 });
    at += 2;
  }
  return starts.map(({ to }, index) => accessUnit.subarray(to, starts[index + 1]?.from ?? accessUnit.length));
}

/** Payloads of the packets that carry one access unit, in order; the last one has the marker. */
export function payloadsOf(accessUnit: Buffer): Buffer[] {
  return unitsOf(accessUnit).flatMap((unit) => {
    if (unit.length <= MOST_BYTES) return [unit];
    const header = unit[0] ?? 0;
    const pieces: Buffer[] = [];
    for (let at = 1; at < unit.length; at += MOST_BYTES) {
      const isFirst = at === 1;
      const isLast = at + MOST_BYTES >= unit.length;
      const start = Buffer.from([(header & 0xe0) | FU_A, (isFirst ? 0x80 : 0) | (isLast ? 0x40 : 0) | (header & 0x1f)]);
      pieces.push(Buffer.concat([start, unit.subarray(at, at + MOST_BYTES)]));
    }
    return pieces;
  });
}

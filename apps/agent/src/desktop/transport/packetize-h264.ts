/** H.264 in RTP (RFC 6184, packetization-mode 1): small units in packets of their own, large ones in fragments. */

const START_CODE_TYPE_MASK = 0x1f;
const REFERENCE_MASK = 0x60;
const FRAGMENT_A = 28;
const FRAGMENT_START = 0x80;
const FRAGMENT_END = 0x40;
const FRAGMENT_HEADER_BYTES = 2;

/** The units of an access unit in Annex B form, without their start codes; views of it. */
export function splitUnits(data: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let start = -1;
  let at = 0;
  for (;;) {
    // Three bytes 0, 0, 1; a zero before them belongs to the longer start code.
    const one = data.indexOf(1, at);
    if (one === -1) break;
    at = one + 1;
    if (one < 2 || data[one - 1] !== 0 || data[one - 2] !== 0) continue;
    if (start !== -1) units.push(withoutZeros(data, start, one - 2));
    start = one + 1;
  }
  if (start !== -1 && start < data.length) units.push(data.subarray(start));
  return units;
}

/** A unit ends with a bit that is set; zeros after it belong to the next start code. */
function withoutZeros(data: Uint8Array, start: number, end: number): Uint8Array {
  let last = end;
  while (last > start && data[last - 1] === 0) last -= 1;
  return data.subarray(start, last);
}

/** @param maxBytes of one payload */
export function packetizeH264(data: Uint8Array, maxBytes: number): Buffer[] {
  const payloads: Buffer[] = [];
  for (const unit of splitUnits(data)) {
    if (unit.length === 0) continue;
    if (unit.length <= maxBytes) payloads.push(Buffer.from(unit));
    else payloads.push(...fragment(unit, maxBytes));
  }
  return payloads;
}

function fragment(unit: Uint8Array, maxBytes: number): Buffer[] {
  const header = unit[0] ?? 0;
  const body = unit.subarray(1);
  const count = Math.ceil(body.length / (maxBytes - FRAGMENT_HEADER_BYTES));
  // Of one size: a last packet of a few bytes costs as much as a full one.
  const size = Math.ceil(body.length / count);
  const fragments: Buffer[] = [];
  for (let from = 0; from < body.length; from += size) {
    const part = body.subarray(from, from + size);
    const fragmented = Buffer.allocUnsafe(FRAGMENT_HEADER_BYTES + part.length);
    fragmented[0] = (header & (0x80 | REFERENCE_MASK)) | FRAGMENT_A;
    fragmented[1] =
      (header & START_CODE_TYPE_MASK) |
      (from === 0 ? FRAGMENT_START : 0) |
      (from + size >= body.length ? FRAGMENT_END : 0);
    fragmented.set(part, FRAGMENT_HEADER_BYTES);
    fragments.push(fragmented);
  }
  return fragments;
}

/** How large a frame may be, and how good, so that the line bears what is made. Pure. */
import type { EncoderSettings } from "./video-encoder.ts";

/** How long a line of the given rate may take for the largest frame. A smaller one blurs key frames, a larger one delays. */
const LARGEST_MS = 350;
/** So much is a burst, which the line gets over; what is more is too much. */
const BURST_MS = 80;
/** A frame of so many steps more has about half the bytes. */
const STEPS = { perMs: 1 / 15, most: 14 };
const COARSEST = 48;

/**
 * x264's rate cap, as a bound of single frames only: its buffer is full before each. To hold a rate with it, x264 would
 * make rows again and again until they fit, which costs twice the time.
 *
 * @param nominalFps the rate that the encoder was opened with
 */
export function decideCap(kbps: number, nominalFps: number): { maxKbps: number; bufferKbit: number } {
  const bufferKbit = Math.max(1, Math.round((kbps * LARGEST_MS) / 1_000));
  return { maxKbps: bufferKbit * nominalFps, bufferKbit };
}

/** What is left, in kbit, of what was made and the line had had no time for. */
export const payDebt = (debtKbit: number, { kbps, sinceMs }: { kbps: number; sinceMs: number }): number =>
  Math.max(0, debtKbit - (kbps * sinceMs) / 1_000);

export const debtOf = (bytes: number): number => (bytes * 8) / 1_000;

/** Coarser than asked for while more was made than the line takes. */
export function decideQuality({ quality, kbps }: EncoderSettings, debtKbit: number): number {
  const overMs = (debtKbit / kbps) * 1_000 - BURST_MS;
  const steps = Math.min(STEPS.most, Math.max(0, overMs * STEPS.perMs));
  return Math.max(quality, Math.min(COARSEST, Math.round(quality + steps)));
}

/** How x264's rate cap is set, so that it holds for frames that come when something changes, not at a steady rate. */
import type { EncoderSettings } from "./video-encoder.ts";

/** How long a line of the given rate would take for the largest frame. A smaller one blurs key frames, a larger one delays. */
const BUFFER_MS = 350;

/**
 * x264 fills its buffer by `maxrate / fps` before each frame, whenever that comes. After a pause it gets as much as the
 * pause was worth, and never more than the buffer holds.
 *
 * @param sinceMs since the frame before; 0 for the first
 */
export function decideVbv({ kbps, fps }: EncoderSettings, sinceMs: number): { maxKbps: number; bufferKbit: number } {
  const bufferKbit = Math.max(1, Math.round((kbps * BUFFER_MS) / 1_000));
  const frameKbit = Math.min((kbps * Math.max(sinceMs, 1_000 / fps)) / 1_000, bufferKbit);
  return { maxKbps: Math.max(1, Math.round(frameKbit * fps)), bufferKbit };
}

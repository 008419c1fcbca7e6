/** Turns pictures into video. */
export interface EncodedFrame {
  /** One access unit of H.264 in Annex B form. */
  data: Uint8Array;
  isKey: boolean;
  /** When it was on the screen, in microseconds of the machine's monotonic clock. */
  timeUs: number;
  width: number;
  height: number;
  /** What it was made with: coarser than asked for where the line did not bear more. */
  quality: number;
}

export interface EncoderSettings {
  /** Upper bound of what it may produce. */
  kbps: number;
  /** 0 (best) to 51, as x264 has it. */
  quality: number;
}

export interface VideoEncoder<Frame> {
  /** Encodes and frees a frame; the next one only when this has resolved. */
  encode(frame: Frame, options: { timeUs: number; forceKey: boolean }): Promise<EncodedFrame>;
  /** Takes effect with the next frame, without a key frame where that can be avoided. */
  adjust(settings: EncoderSettings): void;
  close(): void;
}

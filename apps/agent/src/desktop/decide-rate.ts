/** How many frames a second, and how good each. Pure. */

type Quality = "auto" | "sharp" | "smooth";

export interface RateInputs {
  quality: Quality;
  /** What the viewer wants at most. */
  maxFps: number;
  maxKbps: number | undefined;
  /** What the line bears. */
  lineKbps: number;
  /** Of the display that is shown. */
  pixels: number;
  /** The part of them that changed since the last frame, 0 to 1. */
  changedShare: number;
  /** Nothing was left to refine when this changed. */
  wasCrisp: boolean;
}

export interface Rate {
  fps: number;
  /** For x264: 0 (best) to 51. */
  quality: number;
  kbps: number;
}

/** Room for what is sent beside the video, and for estimates that are a little too high. */
const USED_SHARE = 0.9;
const MIN_KBPS = 100;
const MIN_FPS = 4;
/** While only a caret or a clock changes: nobody sees more, and each frame costs the same as a large one. */
const SMALL = { share: 0.02, fps: 20 };
const MOVING_QUALITY: Record<Quality, number> = { auto: 27, sharp: 22, smooth: 31 };
const STILL_QUALITY: Record<Quality, number> = { auto: 17, sharp: 14, smooth: 20 };
/** Bits that a changed pixel needs to be legible while it moves. With fewer, there are fewer frames. */
const BITS_PER_PIXEL: Record<Quality, number> = { auto: 0.03, sharp: 0.08, smooth: 0.008 };

/** For a frame because something changed. */
export function decideRate(inputs: RateInputs): Rate {
  const { quality, maxFps, pixels, changedShare, wasCrisp } = inputs;
  const kbps = decideKbps(inputs);
  const isSmall = changedShare <= SMALL.share;
  const frameKbit = (pixels * Math.max(changedShare, SMALL.share) * BITS_PER_PIXEL[quality]) / 1_000;
  const affordable = Math.max(MIN_FPS, Math.floor(kbps / frameKbit));
  return {
    fps: Math.max(1, Math.min(maxFps, affordable, isSmall ? SMALL.fps : maxFps)),
    // A small change is made as good at once as everything around it already is: then nothing is left to refine.
    quality: isSmall && wasCrisp ? STILL_QUALITY[quality] : MOVING_QUALITY[quality],
    kbps,
  };
}

/** As coarse as anything is made: what a new viewer sees first is there sooner, and what follows at once is as good as any. */
const FIRST_QUALITY = 48;

export const decideFirst = (rate: Rate): Rate => ({ ...rate, quality: FIRST_QUALITY });

/** For a frame of a screen that stands still: as legible as the source. */
export function decideRefinement(inputs: RateInputs): Rate {
  return { fps: inputs.maxFps, quality: STILL_QUALITY[inputs.quality], kbps: decideKbps(inputs) };
}

export const isSmallChange = (changedShare: number): boolean => changedShare <= SMALL.share;

const decideKbps = ({ lineKbps, maxKbps }: RateInputs): number =>
  Math.max(MIN_KBPS, Math.round(Math.min(lineKbps * USED_SHARE, maxKbps ?? Number.POSITIVE_INFINITY)));

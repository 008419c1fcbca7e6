/** Whether a frame is captured now, later, or not at all. Pure. */

/** A screen that has not changed for this long stands still. */
export const STILL_MS = 120;
/** Between refinements: each may be as large as the line takes, and nothing must wait behind it. */
const REFINE_EVERY_MS = 150;
/** A viewer that asks for one key frame after the other gets no more than this: each costs as much as many others. */
const KEY_EVERY_MS = 300;

/**
 * The rest of the time is for whoever else computes on this machine, and for a change that would otherwise wait for the frame
 * before: of a page that is scrolled on two cores without a GPU, more frames were each later (bench/README.md).
 */
const BUSY_SHARE = 0.8;
const WORK_SMOOTHING = 0.2;
/** More than this was a pause of the whole process and no work: after it the picture must not stand still once more. */
const WORK_MOST_MS = 250;

export interface FrameInputs {
  /** The display looks different from the last frame. */
  isChanged: boolean;
  isKeyWanted: boolean;
  /** Refinements that are still worth their bytes. */
  refinementsLeft: number;
  /** When the last frame of any kind was captured; -Infinity for none. */
  lastFrameMs: number;
  lastKeyMs: number;
  lastChangeMs: number;
  fps: number;
  /** How long a frame takes to be captured and encoded. */
  workMs: number;
}

export type FrameKind = "key" | "change" | "refine";

export type FrameDecision = { kind: "nothing" } | { kind: FrameKind; atMs: number };

export function decideFrame(inputs: FrameInputs): FrameDecision {
  const { isChanged, isKeyWanted, refinementsLeft, lastFrameMs, lastKeyMs, lastChangeMs, fps, workMs } = inputs;
  const nextMs = lastFrameMs + Math.max(1_000 / fps, workMs / BUSY_SHARE);
  const key = isKeyWanted ? { kind: "key" as const, atMs: Math.max(nextMs, lastKeyMs + KEY_EVERY_MS) } : undefined;
  const change = isChanged ? { kind: "change" as const, atMs: nextMs } : undefined;
  if (key && (!change || key.atMs <= change.atMs)) return key;
  if (change) return change;
  if (refinementsLeft <= 0) return { kind: "nothing" };
  return { kind: "refine", atMs: Math.max(lastChangeMs + STILL_MS, lastFrameMs + REFINE_EVERY_MS, nextMs) };
}

/** How long a frame takes, after one more that took so long. */
export const nextWorkMs = (workMs: number, tookMs: number): number =>
  workMs + WORK_SMOOTHING * (Math.min(tookMs, WORK_MOST_MS) - workMs);

/**
 * What a desktop and its viewer say to each other: JSON texts, the same on a WebRTC data channel and on the stream that
 * takes its place. Video goes beside them: as a track, or in the frames of `video-frame.ts`.
 */
import { z } from "zod";
import { CLIPBOARD_BYTES, CLIPBOARD_PART_CHARS, DESKTOP_DISPLAYS, DESKTOP_MAX_FPS, DESKTOP_PIXELS } from "../limits.ts";

const Pixel = z.number().int().min(-DESKTOP_PIXELS).max(DESKTOP_PIXELS);
const Size = {
  width: z.number().int().min(1).max(DESKTOP_PIXELS),
  height: z.number().int().min(1).max(DESKTOP_PIXELS),
};
const DisplayId = z.string().min(1).max(64);

/** Text that was copied, in parts that a data channel carries; whole when `last` has come. */
const ClipboardPart = z.object({
  type: z.literal("clipboard"),
  /** Rises with each copy. */
  id: z.number().int().nonnegative(),
  part: z.number().int().nonnegative().max(CLIPBOARD_BYTES),
  last: z.boolean(),
  text: z.string().max(CLIPBOARD_PART_CHARS),
});

/** viewer → desktop */
export const DesktopInput = z.discriminatedUnion("type", [
  /** Where the pointer is, in pixels of the display that is shown, and which buttons are down, as `MouseEvent.buttons`. */
  z.object({ type: z.literal("pointer"), x: Pixel, y: Pixel, buttons: z.number().int().min(0).max(31) }),
  /** How far the pointer moved, for programs that hold it (games, 3-D views). */
  z.object({ type: z.literal("motion"), dx: Pixel, dy: Pixel, buttons: z.number().int().min(0).max(31) }),
  /** In 1/120 of a notch, as wheels report it; down and right are positive. */
  z.object({
    type: z.literal("wheel"),
    dx: z.number().int().min(-12_000).max(12_000),
    dy: z.number().int().min(-12_000).max(12_000),
  }),
  /** `KeyboardEvent.code` and `.key`: a key that has a character is that character, whatever the machine's layout is. */
  z.object({ type: z.literal("key"), code: z.string().max(32), key: z.string().max(32), down: z.boolean() }),
  /** Text that no key made: from an input method, a phone, or to be typed where pasting does not work. */
  z.object({ type: z.literal("text"), text: z.string().min(1).max(4_096) }),
  /** The viewer has lost the keyboard: nothing is held down any more. */
  z.object({ type: z.literal("release") }),
  ClipboardPart,
  /** What is to be shown, and how; what is missing stays. */
  z.object({
    type: z.literal("show"),
    display: DisplayId.optional(),
    /** `sharp`: text stays legible, frames may be few. `smooth`: frames stay many. `auto`: as the screen asks for it. */
    quality: z.enum(["auto", "sharp", "smooth"]).optional(),
    max_fps: z.number().int().min(1).max(DESKTOP_MAX_FPS).optional(),
    /** Undefined: as the line allows. */
    max_kbps: z.number().int().min(100).max(100_000).nullable().optional(),
  }),
  /** Asks for another resolution of the display that is shown. */
  z.object({ type: z.literal("resize"), ...Size }),
  /** The picture is broken: the next frame stands by itself. */
  z.object({ type: z.literal("refresh") }),
  /** On a stream: this frame, and all before it, have been taken. */
  z.object({ type: z.literal("taken"), frame: z.number().int().nonnegative() }),
  z.object({ type: z.literal("ping"), id: z.number().int() }),
]);
export type DesktopInput = z.infer<typeof DesktopInput>;

export const DesktopDisplay = z.object({
  id: DisplayId,
  /** As the machine's settings call it. */
  name: z.string().max(64),
  x: Pixel,
  y: Pixel,
  ...Size,
  primary: z.boolean(),
});
export type DesktopDisplay = z.infer<typeof DesktopDisplay>;

/** desktop → viewer */
export const DesktopOutput = z.discriminatedUnion("type", [
  /** First of all, and again whenever it changes. */
  z.object({
    type: z.literal("screen"),
    displays: z.array(DesktopDisplay).max(DESKTOP_DISPLAYS),
    shown: DisplayId,
    /** The sizes that `resize` can ask for; empty where it cannot. */
    resolutions: z.array(z.object(Size)).max(256),
  }),
  /** First of all: what this viewer may do. */
  z.object({
    type: z.literal("rights"),
    input: z.boolean(),
    clipboard: z.object({ to_machine: z.boolean(), from_machine: z.boolean(), max_bytes: z.number().int() }),
  }),
  /** The shape of the pointer, with its picture when it is a new one; `null` when it is hidden. */
  z.object({
    type: z.literal("cursor"),
    shape: z
      .object({
        /** Of the picture: it comes once. */
        id: z.number().int(),
        hot_x: z.number().int(),
        hot_y: z.number().int(),
        ...Size,
        /** A PNG in base64. */
        png: z.string().max(400_000).optional(),
      })
      .nullable(),
  }),
  ClipboardPart,
  z.object({
    type: z.literal("stats"),
    /** Frames sent in the last second, and what they took. */
    fps: z.number(),
    kbps: z.number(),
    target_kbps: z.number(),
    encode_ms: z.number(),
    /** Changes that were not shown, because a later one was there first. */
    skipped: z.number().int(),
  }),
  z.object({ type: z.literal("pong"), id: z.number().int() }),
  /** Something was not done, and why: `code` is one of the error catalogue. */
  z.object({ type: z.literal("notice"), code: z.string().max(64), message: z.string().max(500) }),
  /** Nothing more comes; the reason is for the viewer's eyes. */
  z.object({ type: z.literal("bye"), reason: z.string().max(200) }),
]);
export type DesktopOutput = z.infer<typeof DesktopOutput>;

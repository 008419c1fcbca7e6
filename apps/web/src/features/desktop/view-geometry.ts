/** Where a picture lies in its window, and which of its pixels a pointer is on. Pure. */

/** `fit`: all of it. `actual`: a pixel of the machine is a pixel of this screen. A number: so many CSS pixels per pixel. */
export type Zoom = "fit" | "actual" | number;

export interface Size {
  width: number;
  height: number;
}

export interface Placement {
  /** CSS pixels per pixel of the picture. */
  scale: number;
  /** Size and place in CSS pixels, on whole pixels of the screen; what does not fit is scrolled to. */
  width: number;
  height: number;
  left: number;
  top: number;
  /** Whether every pixel of the picture covers the same number of whole pixels of the screen. */
  isExact: boolean;
}

const SMALLEST = 0.05;
const LARGEST = 8;

export const clampScale = (scale: number): number => Math.min(LARGEST, Math.max(SMALLEST, scale));

export function placePicture(picture: Size, room: Size, zoom: Zoom, pixelRatio: number): Placement {
  const scale = scaleOf(picture, room, zoom, pixelRatio);
  const whole = (cssPixels: number) => Math.round(cssPixels * pixelRatio) / pixelRatio;
  const width = whole(picture.width * scale);
  const height = whole(picture.height * scale);
  const screenPixels = scale * pixelRatio;
  return {
    scale,
    width,
    height,
    left: Math.max(0, whole((room.width - width) / 2)),
    top: Math.max(0, whole((room.height - height) / 2)),
    isExact: screenPixels >= 1 && Math.abs(screenPixels - Math.round(screenPixels)) < 1e-6,
  };
}

function scaleOf(picture: Size, room: Size, zoom: Zoom, pixelRatio: number): number {
  if (zoom === "actual") return 1 / pixelRatio;
  if (zoom !== "fit") return clampScale(zoom);
  if (picture.width === 0 || picture.height === 0 || room.width <= 0 || room.height <= 0) return 1;
  const fitting = Math.min(room.width / picture.width, room.height / picture.height);
  // A window that is a pixel or two off would blur the whole picture for nothing.
  const exact = 1 / pixelRatio;
  return fitting >= exact && fitting < exact * 1.02 ? exact : fitting;
}

/** The pixel of the picture under a place of the page; beside the picture, the nearest one. */
export function pixelAt(
  place: { x: number; y: number },
  frame: { left: number; top: number; width: number; height: number },
  picture: Size,
): { x: number; y: number } {
  const along = (at: number, start: number, length: number, pixels: number) =>
    Math.min(pixels - 1, Math.max(0, Math.floor(((at - start) / Math.max(1e-9, length)) * pixels)));
  return {
    x: along(place.x, frame.left, frame.width, Math.max(1, picture.width)),
    y: along(place.y, frame.top, frame.height, Math.max(1, picture.height)),
  };
}

/** The size of a virtual display, as people write it. Pure. */
import { UsageError } from "../../usage-error.ts";

export interface ScreenSize {
  width: number;
  height: number;
}

const MIN: ScreenSize = { width: 320, height: 200 };
const MAX: ScreenSize = { width: 7_680, height: 4_320 };

/** @throws UsageError */
export function parseScreenSize(text: string): ScreenSize {
  const match = /^(\d{1,5})[x×](\d{1,5})$/i.exec(text.trim());
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (!match) throw new UsageError(`--virtual takes a size such as 1920x1080, not ${text}`);
  if (width < MIN.width || height < MIN.height || width > MAX.width || height > MAX.height) {
    throw new UsageError(
      `a display can be ${MIN.width}x${MIN.height} to ${MAX.width}x${MAX.height} pixels, not ${width}x${height}`,
    );
  }
  // Video has the colour of four pixels at a time.
  if (width % 2 !== 0 || height % 2 !== 0) throw new UsageError("width and height of a display must be even");
  return { width, height };
}

/** @throws UsageError */
export function parseDisplayNumber(text: string): number {
  const number = /^:(\d{1,4})$/.exec(text.trim())?.[1];
  if (number === undefined) throw new UsageError(`--display takes a number such as :5, not ${text}`);
  return Number(number);
}

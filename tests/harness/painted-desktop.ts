/** A screen that a test knows when it sees it: four terminals without text, in four colours. */

import type { Tab } from "./browser.ts";
import type { System } from "./system.ts";
import type { XDisplay } from "./x-display.ts";

/** Of the quarters, row by row. */
const COLOURS = [
  [200, 30, 30],
  [30, 170, 60],
  [40, 70, 210],
  [230, 220, 60],
] as const;

/** Four terminals that fill the screen. */
export function paint(display: XDisplay): void {
  COLOURS.forEach((colour, quarter) => {
    const place = `+${(quarter % 2) * 640}+${Math.floor(quarter / 2) * 400}`;
    const hex = `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
    display.run("xterm", "-geometry", `110x35${place}`, "-b", "0", "-bw", "0", "-bg", hex, "-fg", hex, "-e", "cat");
  });
}

export const connected = ({ page }: Tab) => page.getByText("Connected", { exact: true }).waitFor();

/** The colour in the middle of each quarter, as it is drawn; [] while nothing is. */
export const quarters = ({ page }: Tab) =>
  page.evaluate(() => {
    const picture = document.querySelector<HTMLVideoElement | HTMLCanvasElement>('.desktop-picture[data-shown="yes"]');
    if (!picture) return [];
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [80, 60];
    const context = canvas.getContext("2d");
    context?.drawImage(picture, 0, 0, 80, 60);
    return [
      [20, 15],
      [60, 15],
      [20, 45],
      [60, 45],
    ].map(([x = 0, y = 0]) => [...(context?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3));
  });

export const isPicture = (seen: number[][]): boolean =>
  seen.length === COLOURS.length &&
  seen.every((colour, quarter) =>
    colour.every((value, channel) => Math.abs(value - (COLOURS[quarter]?.[channel] ?? 0)) < 14),
  );

/** Waits until the viewer shows it. */
export const picture = (system: System, tab: Tab) =>
  system.until(async () => isPicture(await quarters(tab)), "the picture");

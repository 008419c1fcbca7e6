// How well a still screen can be read in the viewer: one piece of it, pixel by pixel, as it is and as it is seen.
import { mkdirSync, writeFileSync } from "node:fs";
import x11 from "x11";

const PIECE = { x: 0, y: 300, width: 960, height: 240 };
const Z_PIXMAP = 2;
/** A difference in brightness that an eye sees in text, of 255. */
const VISIBLE = 32;

/**
 * @param picture CSS selector of what shows the screen, in the size of the screen
 * @param folder where both pieces are written as PNG, to be looked at
 * @returns PSNR in dB of the brightness and of the colours, and the share of pixels whose brightness is visibly wrong
 */
export async function compareText(displayName, page, picture, folder) {
  const source = await readScreen(displayName);
  const { seen, sourcePng, seenPng } = await page.evaluate(
    async ({ picture, piece: { x, y, width, height }, source }) => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(document.querySelector(picture), x, y, width, height, 0, 0, width, height);
      const seen = [...context.getImageData(0, 0, width, height).data];
      const seenPng = canvas.toDataURL();
      context.putImageData(new ImageData(new Uint8ClampedArray(source), width, height), 0, 0);
      return { seen, seenPng, sourcePng: canvas.toDataURL() };
    },
    { picture, piece: PIECE, source },
  );
  mkdirSync(folder, { recursive: true });
  for (const [name, png] of Object.entries({ source: sourcePng, seen: seenPng })) {
    writeFileSync(`${folder}/${name}.png`, Buffer.from(png.split(",")[1], "base64"));
  }
  let [luma, colour, visible] = [0, 0, 0];
  for (let at = 0; at < source.length; at += 4) {
    const difference = [0, 1, 2].map((channel) => source[at + channel] - seen[at + channel]);
    const brightness = 0.299 * difference[0] + 0.587 * difference[1] + 0.114 * difference[2];
    luma += brightness ** 2;
    colour += (difference[0] ** 2 + difference[1] ** 2 + difference[2] ** 2) / 3;
    if (Math.abs(brightness) > VISIBLE) visible += 1;
  }
  const pixels = source.length / 4;
  const psnr = (sum) => Math.round(100 * Math.log10(255 ** 2 / (sum / pixels))) / 10;
  return { psnrLumaDb: psnr(luma), psnrColourDb: psnr(colour), visiblyWrongPercent: (100 * visible) / pixels };
}

/** Red, green, blue and 255 of each pixel. */
async function readScreen(displayName) {
  const display = await new Promise((resolve, reject) => {
    x11.createClient({ display: displayName, shm: false }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    );
  });
  const { x, y, width, height } = PIECE;
  const { data } = await new Promise((resolve, reject) =>
    display.client.GetImage(Z_PIXMAP, display.screen[0].root, x, y, width, height, 0xffffffff, (error, image) =>
      error ? reject(error) : resolve(image),
    ),
  );
  display.client.terminate();
  const pixels = [];
  for (let at = 0; at < data.length; at += 4) pixels.push(data[at + 2], data[at + 1], data[at], 255);
  return pixels;
}

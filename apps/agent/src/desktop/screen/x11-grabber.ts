/** Reads one rectangle of an X screen, through the memory that it shares with the X server. */
import { loadNodeAv } from "../load-node-av.ts";

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface GrabbedPixels {
  bgr0: Buffer;
  stride: number;
  free(): void;
}

export interface X11Grabber {
  /** The rectangle as it is now. One at a time. */
  grab(): Promise<GrabbedPixels>;
  close(): Promise<void>;
}

/** FFmpeg waits until the next frame is due. Of a rate that nothing reaches, the next one is always due. */
const NOMINAL_FPS = 1_000;
const BYTES_PER_PIXEL = 4;

/** @throws Error when the display cannot be read that way */
export async function openX11Grabber(display: string, { x, y, width, height }: Rectangle): Promise<X11Grabber> {
  const { Dictionary, FFmpegError, FormatContext, InputFormat, Packet } = await loadNodeAv();
  const format = InputFormat.findInputFormat("x11grab");
  if (!format) throw new Error("the installed FFmpeg cannot read X screens");
  const input = new FormatContext();
  const options = Dictionary.fromObject({
    framerate: NOMINAL_FPS,
    video_size: `${width}x${height}`,
    grab_x: x,
    grab_y: y,
    // The viewer draws the pointer itself.
    draw_mouse: 0,
    probesize: 32,
  });
  FFmpegError.throwIfError(await input.openInput(display, format, options), "the screen cannot be read");
  options.free();
  const stride = width * BYTES_PER_PIXEL;
  const read = async (): Promise<GrabbedPixels> => {
    const packet = new Packet();
    packet.alloc();
    const status = await input.readFrame(packet);
    const bgr0 = packet.data;
    if (status < 0 || !bgr0 || bgr0.length < stride * height) {
      packet.free();
      throw new Error("the screen could not be read");
    }
    return { bgr0, stride, free: () => packet.free() };
  };
  // A thread reads; what it reads from is not closed under its hands.
  let reading: Promise<unknown> = Promise.resolve();
  return {
    grab: () => {
      const grabbed = read();
      reading = grabbed.catch(() => {});
      return grabbed;
    },
    close: async () => {
      await reading;
      await input.closeInput();
    },
  };
}

/** Reads one rectangle of an X screen, through the memory that it shares with the X server. */
import type { Frame } from "node-av/lib";
import { loadNodeAv } from "../load-node-av.ts";

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface X11Grabber {
  /** The rectangle as it is now; the caller frees it. One at a time. */
  grab(): Promise<Frame>;
  close(): Promise<void>;
}

/** FFmpeg waits until the next frame is due. Of a rate that nothing reaches, the next one is always due. */
const NOMINAL_FPS = 1_000;

/** @throws Error when the display cannot be read that way */
export async function openX11Grabber(display: string, { x, y, width, height }: Rectangle): Promise<X11Grabber> {
  const av = await loadNodeAv();
  const { Codec, CodecContext, Dictionary, FFmpegError, Frame, FormatContext, InputFormat, Packet } = av;
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
  const [stream] = input.streams;
  if (!stream) throw new Error("the installed FFmpeg cannot read X screens");
  // It says which bytes of a packet are pixels, and copies none of them.
  const pixels = new CodecContext();
  pixels.allocContext3(Codec.findDecoder(stream.codecpar.codecId));
  pixels.parametersToContext(stream.codecpar);
  FFmpegError.throwIfError(await pixels.open2(), "the screen's pixels cannot be read");
  const packet = new Packet();
  packet.alloc();
  const read = async (): Promise<Frame> => {
    const frame = new Frame();
    frame.alloc();
    try {
      FFmpegError.throwIfError(await input.readFrame(packet), "the screen could not be read");
      FFmpegError.throwIfError(pixels.sendPacketSync(packet), "the screen could not be read");
      FFmpegError.throwIfError(pixels.receiveFrameSync(frame), "the screen could not be read");
      if (frame.format !== av.AV_PIX_FMT_BGR0) throw new Error("only screens of 24 bits a pixel can be read");
      return frame;
    } catch (error) {
      frame.free();
      throw error;
    } finally {
      packet.unref();
    }
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
      pixels.freeContext();
      packet.free();
      await input.closeInput();
    },
  };
}

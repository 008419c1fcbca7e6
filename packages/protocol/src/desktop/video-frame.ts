/**
 * The binary messages of a desktop's stream, from the machine to the viewer. The first byte says what it is:
 *
 *     1  a message: UTF-8 JSON of `DesktopOutput`
 *     2  a frame of video: flags (1 byte, bit 0: stands by itself), number (4), time in microseconds (8), width (2),
 *        height (2), then one access unit of H.264 in Annex B form
 *
 * Numbers are unsigned and big-endian.
 */
export const DesktopFrameKind = { message: 1, video: 2 } as const;

const VIDEO_HEADER_BYTES = 18;

export interface VideoFrame {
  isKey: boolean;
  /** Rises by one with each frame of the stream. */
  number: number;
  /** When it was on the screen, on the machine's monotonic clock. */
  timeUs: number;
  width: number;
  height: number;
  data: Uint8Array;
}

export function encodeVideoFrame({ isKey, number, timeUs, width, height, data }: VideoFrame): Uint8Array {
  const bytes = new Uint8Array(VIDEO_HEADER_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, DesktopFrameKind.video);
  view.setUint8(1, isKey ? 1 : 0);
  view.setUint32(2, number);
  view.setBigUint64(6, BigInt(Math.round(timeUs)));
  view.setUint16(14, width);
  view.setUint16(16, height);
  bytes.set(data, VIDEO_HEADER_BYTES);
  return bytes;
}

export function encodeDesktopMessage(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(1 + text.length);
  bytes[0] = DesktopFrameKind.message;
  bytes.set(text, 1);
  return bytes;
}

export type DesktopFrame = { kind: "message"; json: string } | { kind: "video"; frame: VideoFrame };

/** Undefined for what is none: the peer is not to be trusted. `data` is a view of `bytes`. */
export function decodeDesktopFrame(bytes: Uint8Array): DesktopFrame | undefined {
  if (bytes[0] === DesktopFrameKind.message) {
    return { kind: "message", json: new TextDecoder().decode(bytes.subarray(1)) };
  }
  if (bytes[0] !== DesktopFrameKind.video || bytes.length <= VIDEO_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    kind: "video",
    frame: {
      isKey: (view.getUint8(1) & 1) === 1,
      number: view.getUint32(2),
      timeUs: Number(view.getBigUint64(6)),
      width: view.getUint16(14),
      height: view.getUint16(16),
      data: bytes.subarray(VIDEO_HEADER_BYTES),
    },
  };
}

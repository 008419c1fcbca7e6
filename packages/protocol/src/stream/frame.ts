/**
 * Binary frame of a session's stream, between viewer, control plane and session host. The control plane passes
 * output frames on unchanged.
 *
 *    0         1         2         4                   8                              16
 *   +---------+---------+---------+-------------------+------------------------------+---------
 *   | version |  kind   |    0    |   epoch (u32)     |        offset (u64)          | payload
 *   +---------+---------+---------+-------------------+------------------------------+---------
 *
 * All numbers are big-endian. `epoch` fences attachments: a frame of a lower one changes nothing. `offset` counts
 * bytes of one direction from 0, below 2^53; `resize` counts its messages there, `ping` and `pong` carry the sender's clock.
 */
const FRAME_VERSION = 1;
export const FRAME_HEADER_BYTES = 16;

/** Wire values: written out and never renumbered. */
export const FrameKind = {
  /** host → viewer: the attach is accepted; payload `Attached`. */
  attached: 1,
  /** host → viewer: terminal output from `offset` on. */
  output: 2,
  /** viewer → host: everything before `offset` has been drawn; payload `window` in four bytes, or none to leave it. */
  ack: 3,
  /** viewer → server: typed bytes from `offset` on. */
  input: 4,
  /** host → viewer: typed bytes before `offset` have been written to the terminal. */
  inputAck: 5,
  /** viewer → server: payload is cols and rows, two u16. */
  resize: 6,
  /** host or server → viewer: no more output after `offset`; payload `Exit`. */
  exit: 7,
  /** server → viewer: something to tell; payload `Notice`. */
  notice: 8,
  /** viewer → server, answered by pong with the same offset; the pong's payload is `encodeMachineLatency`. */
  ping: 9,
  pong: 10,
  /**
   * host → viewer, right after `attached` and only for a viewer that has nothing: bytes that draw, on a terminal that
   * was reset, what is on the screen at `offset`. One or more frames; they are not acknowledged.
   */
  screen: 11,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export interface Frame {
  kind: FrameKind;
  epoch: number;
  offset: number;
  payload: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const KINDS: ReadonlySet<number> = new Set(Object.values(FrameKind));

/** Writes a frame's header into the first 16 bytes of `bytes`, for senders that already have room before their payload. */
export function writeFrameHeader(bytes: Uint8Array, kind: FrameKind, epoch: number, offset: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FRAME_HEADER_BYTES);
  view.setUint8(0, FRAME_VERSION);
  view.setUint8(1, kind);
  view.setUint16(2, 0);
  view.setUint32(4, epoch);
  // Two halves: BigInt on every keystroke costs more than the rest of the frame.
  view.setUint32(8, Math.floor(offset / 2 ** 32));
  view.setUint32(12, offset % 2 ** 32);
}

export function encodeFrame({
  kind,
  epoch,
  offset,
  payload = EMPTY,
}: Omit<Frame, "payload"> & { payload?: Uint8Array }): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`offset ${offset} is not a byte offset`);
  if (!Number.isInteger(epoch) || epoch < 0 || epoch >= 2 ** 32) throw new RangeError(`epoch ${epoch} is out of range`);
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(bytes, kind, epoch, offset);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** Reads one whole frame, or returns undefined when `bytes` is not one. `payload` is a view into `bytes`, not a copy. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < FRAME_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint8(1);
  if (view.getUint8(0) !== FRAME_VERSION || view.getUint16(2) !== 0 || !isFrameKind(kind)) return undefined;
  const offset = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
  if (!Number.isSafeInteger(offset)) return undefined;
  return { kind, epoch: view.getUint32(4), offset, payload: bytes.subarray(FRAME_HEADER_BYTES) };
}

const isFrameKind = (value: number): value is FrameKind => KINDS.has(value);

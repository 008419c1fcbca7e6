import { FRAME_HEADER_BYTES, OUTPUT_FRAME_BYTES } from "@sallyport/protocol";

/** A run of output: header room, then the bytes `[offset, end)`. */
export interface Chunk {
  offset: number;
  end: number;
  frame: Uint8Array;
}

/** Room for a header, then `byteCount` bytes; all of it must be filled in before it leaves the process. */
const newFrame = (byteCount: number): Uint8Array => Buffer.allocUnsafe(FRAME_HEADER_BYTES + byteCount);

/** A copy of these bytes with room for a header in front of them. */
export function frameOf(bytes: Uint8Array): Uint8Array {
  const frame = newFrame(bytes.length);
  frame.set(bytes, FRAME_HEADER_BYTES);
  return frame;
}

/** The rest of a chunk from `offset` on, as a frame. A copy, because the bytes before it may not become a header. */
export function tailOf({ offset: from, frame }: Chunk, offset: number): Uint8Array {
  return frameOf(frame.subarray(FRAME_HEADER_BYTES + offset - from));
}

/** The same bytes in fewer chunks, none larger than a frame. Chunks that are full already are not copied. */
export function joinSmall(chunks: readonly Chunk[]): Chunk[] {
  const joined: Chunk[] = [];
  let group: Chunk[] = [];
  const close = () => {
    const whole = joinGroup(group);
    if (whole) joined.push(whole);
    group = [];
  };
  for (const chunk of chunks) {
    const start = group[0]?.offset ?? chunk.offset;
    if (chunk.end - start > OUTPUT_FRAME_BYTES) close();
    group.push(chunk);
  }
  close();
  return joined;
}

function joinGroup(group: readonly Chunk[]): Chunk | undefined {
  const [first] = group;
  const last = group.at(-1);
  if (!first || !last || first === last) return first;
  const frame = newFrame(last.end - first.offset);
  for (const { offset, frame: part } of group) {
    frame.set(part.subarray(FRAME_HEADER_BYTES), FRAME_HEADER_BYTES + offset - first.offset);
  }
  return { offset: first.offset, end: last.end, frame };
}

/**
 * What a command writes and is given, as records inside its session's two byte streams. Offsets, acknowledgements and
 * resume are the stream's and know nothing of them; only the session host and the viewer look inside.
 *
 *    0        1                 5
 *   +--------+-----------------+---------
 *   |  kind  |  length (u32)   | payload
 *   +--------+-----------------+---------
 */
import { z } from "zod";
import { ErrorBody } from "../errors.ts";
import { DiagnosticReport } from "../http/troubleshoot.ts";

export const RECORD_HEADER_BYTES = 5;

/** Wire values: written out and never renumbered. */
export const ExecOutput = { stdout: 1, stderr: 2 } as const;
export type ExecOutput = (typeof ExecOutput)[keyof typeof ExecOutput];

export const ExecInput = {
  stdin: 1,
  /** No payload: the end of standard input. */
  end: 2,
  /** One byte: the number of a signal for the whole process group. */
  signal: 3,
} as const;
export type ExecInput = (typeof ExecInput)[keyof typeof ExecInput];

/** Of a diagnostic, which is given nothing. */
export const DiagnosticOutput = {
  /** What the tool writes, UTF-8. */
  text: 1,
  /** Last: JSON of `DiagnosticEnd`. */
  end: 2,
} as const;
export type DiagnosticOutput = (typeof DiagnosticOutput)[keyof typeof DiagnosticOutput];

/** What came of a diagnostic; what it wrote came before. */
export const DiagnosticEnd = z.union([
  z.object({ report: DiagnosticReport.omit({ output: true }) }),
  /** Why it was not started. */
  z.object({ error: ErrorBody }),
]);
export type DiagnosticEnd = z.infer<typeof DiagnosticEnd>;

export function writeRecordHeader(bytes: Uint8Array, kind: number, payloadBytes: number): void {
  bytes[0] = kind;
  new DataView(bytes.buffer, bytes.byteOffset, RECORD_HEADER_BYTES).setUint32(1, payloadBytes);
}

export function encodeRecord(kind: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + payload.length);
  writeRecordHeader(bytes, kind, payload.length);
  bytes.set(payload, RECORD_HEADER_BYTES);
  return bytes;
}

/** Reads records from a stream that is cut anywhere. Keeps no payload: a long one is told in the pieces in which it comes. */
export class RecordReader<Kind extends number> {
  readonly #kinds: ReadonlySet<number>;
  readonly #header = new Uint8Array(RECORD_HEADER_BYTES);
  #headerBytes = 0;
  /** Of the present record's payload; undefined while its header is read. */
  #missingBytes: number | undefined;

  constructor(kinds: Record<string, Kind>) {
    this.#kinds = new Set(Object.values(kinds));
  }

  /**
   * Tells each piece of a payload; one without bytes for a record without payload. A piece is a view into `bytes`.
   * Returns false, and reads no more, when this is not a stream of such records.
   */
  read(bytes: Uint8Array, tell: (kind: Kind, piece: Uint8Array) => void): boolean {
    for (let rest = bytes; rest.length > 0; ) {
      if (this.#missingBytes === undefined) {
        rest = this.#readHeader(rest);
        if (this.#headerBytes < RECORD_HEADER_BYTES) return true;
        if (!this.#kinds.has(this.#header[0] as number)) return false;
        this.#missingBytes = new DataView(this.#header.buffer).getUint32(1);
        if (this.#missingBytes > 0) continue;
      }
      const piece = rest.subarray(0, this.#missingBytes);
      rest = rest.subarray(piece.length);
      this.#missingBytes -= piece.length;
      const kind = this.#header[0] as Kind;
      if (this.#missingBytes === 0) {
        this.#missingBytes = undefined;
        this.#headerBytes = 0;
      }
      tell(kind, piece);
    }
    return true;
  }

  #readHeader(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, RECORD_HEADER_BYTES - this.#headerBytes);
    this.#header.set(taken, this.#headerBytes);
    this.#headerBytes += taken.length;
    return bytes.subarray(taken.length);
  }
}

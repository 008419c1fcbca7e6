/** JSON payloads of the frames that carry one, and the terminal size in its four bytes. */
import { z } from "zod";
import {
  EXEC_RECORDED_BYTES,
  OUTPUT_WINDOW_MAX_BYTES,
  OUTPUT_WINDOW_MIN_BYTES,
  REASON_CHARS,
  TERMINAL_COLS,
  TERMINAL_ROWS,
} from "../limits.ts";

const Offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** The host's answer to an attach: where output goes on, how many typed bytes it has, what is lost in between. */
export const Attached = z.object({
  session_id: z.uuid(),
  start: Offset,
  end: Offset,
  in_next: Offset,
  /** Output that this viewer asked for and that is kept no more. */
  gap: z.object({ from: Offset, to: Offset }).optional(),
  /** The oldest output that is kept: what a viewer may ask for with `have`. */
  base: Offset.optional(),
  /** Set when `screen` frames follow. */
  screen: z.boolean().optional(),
  cols: z.number().int(),
  rows: z.number().int(),
});
export type Attached = z.infer<typeof Attached>;

/** Of a program; Windows has unsigned ones. */
export const ExitCode = z
  .number()
  .int()
  .min(-(2 ** 31))
  .max(2 ** 32 - 1);

const Recorded = z.base64().max(Math.ceil(EXEC_RECORDED_BYTES / 3) * 4);
/** The beginning of what a command wrote; `truncated` when there was more. */
export const RecordedOutput = z.object({ stdout: Recorded, stderr: Recorded, truncated: z.boolean() });
export type RecordedOutput = z.infer<typeof RecordedOutput>;

/** How a session ended. `code` is a name of the error catalogue when its program did not end by itself. */
export const Exit = z.object({
  exit_code: ExitCode.nullable(),
  signal: z.number().int().nullable(),
  code: z.string().optional(),
  message: z.string().max(REASON_CHARS).optional(),
  /** For the control plane alone. */
  output: RecordedOutput.optional(),
});
export type Exit = z.infer<typeof Exit>;

export const Notice = z.object({ code: z.string(), message: z.string() });
export type Notice = z.infer<typeof Notice>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export const encodeJson = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** Parses a payload, or returns undefined when a stranger sent something else. */
export function decodeJson<Type extends z.ZodType>(type: Type, payload: Uint8Array): z.infer<Type> | undefined {
  try {
    return type.safeParse(JSON.parse(decoder.decode(payload))).data;
  } catch {
    return undefined;
  }
}

export interface TerminalSize {
  cols: number;
  rows: number;
}

export function encodeSize({ cols, rows }: TerminalSize): Uint8Array {
  const bytes = new Uint8Array(4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, cols);
  view.setUint16(2, rows);
  return bytes;
}

export function decodeSize(payload: Uint8Array): TerminalSize | undefined {
  if (payload.length !== 4) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, 4);
  return clampSize({ cols: view.getUint16(0), rows: view.getUint16(2) });
}

/** The window of an `ack`: how many bytes beyond the acknowledged ones the viewer takes. */
export function encodeWindow(bytes: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, clampWindow(bytes));
  return payload;
}

/** Undefined when the payload is empty: the window stays. A stranger's nonsense becomes the nearest window. */
export function decodeWindow(payload: Uint8Array): number | undefined {
  if (payload.length !== 4) return undefined;
  return clampWindow(new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0));
}

const clampWindow = (bytes: number): number =>
  Math.min(OUTPUT_WINDOW_MAX_BYTES, Math.max(OUTPUT_WINDOW_MIN_BYTES, Math.trunc(bytes)));

const LATENCY_UNKNOWN = 0xffff_ffff;

/** Round trip between control plane and machine, in milliseconds; undefined while it is not known. Microseconds on the wire. */
export function encodeMachineLatency(ms: number | undefined): Uint8Array {
  const payload = new Uint8Array(4);
  const value = ms === undefined ? LATENCY_UNKNOWN : Math.min(LATENCY_UNKNOWN - 1, Math.max(0, Math.round(ms * 1_000)));
  new DataView(payload.buffer).setUint32(0, value);
  return payload;
}

export function decodeMachineLatency(payload: Uint8Array): number | undefined {
  if (payload.length !== 4) return undefined;
  const value = new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
  return value === LATENCY_UNKNOWN ? undefined : value / 1_000;
}

const clamp = (value: number, { min, max, default: otherwise }: { min: number; max: number; default: number }) =>
  Number.isFinite(value) ? Math.min(max, Math.max(min, Math.trunc(value))) : otherwise;

/** The nearest size that a terminal may have; nonsense becomes 80x24. */
export const clampSize = ({ cols, rows }: TerminalSize): TerminalSize => ({
  cols: clamp(cols, TERMINAL_COLS),
  rows: clamp(rows, TERMINAL_ROWS),
});

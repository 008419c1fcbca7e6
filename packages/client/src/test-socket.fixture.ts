import { type Attached, decodeFrame, encodeFrame, encodeJson, FrameKind } from "@sallyport/protocol";
import type { SocketLike } from "./terminal-stream.ts";

export const SESSION = "6d3f3a0e-5b1c-4c39-9a53-0b8f2f8f6f0a";

/** A socket whose other side is the test. */
export class TestSocket implements SocketLike {
  binaryType = "blob";
  readyState = 1;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly sent: Uint8Array[] = [];
  readonly url: URL;
  readonly protocols: string[];
  closed: { code: number | undefined; reason: string | undefined } | undefined;

  constructor(url = "ws://door.example/", protocols: string[] = []) {
    this.url = new URL(url);
    this.protocols = protocols;
  }

  send(data: Uint8Array): void {
    this.sent.push(data);
  }

  /** Our side closes. */
  close(code?: number, reason?: string): void {
    this.closed = { code, reason };
    this.end(code ?? 1005, reason ?? "");
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  /** The socket is closed, by whomever. */
  end(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason } as never);
  }

  receive(kind: FrameKind, offset: number, payload: Uint8Array = new Uint8Array(0), epoch = 1): void {
    const frame = encodeFrame({ kind, epoch, offset, payload });
    this.onmessage?.({ data: frame.buffer } as never);
  }

  attach({ epoch = 1, start = 0, ...rest }: Partial<Attached> & { epoch?: number } = {}): void {
    const attached = { session_id: SESSION, start, end: start, in_next: 0, cols: 80, rows: 24, ...rest };
    this.receive(FrameKind.attached, 0, encodeJson(attached), epoch);
  }

  frames(kind: FrameKind) {
    return this.sent.flatMap((message) => {
      const frame = decodeFrame(message);
      return frame?.kind === kind ? [frame] : [];
    });
  }
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (from: Uint8Array): string => new TextDecoder().decode(from);

/** Outbound WebSockets: dialled with secrets in headers only, never compressed, watched for silence. */
import type { IncomingMessage } from "node:http";
import { ErrorBody, STREAM_DIAL_TIMEOUT_MS } from "@sallyport/protocol";
import { WebSocket } from "ws";
import { watchLiveness } from "./liveness.ts";
import { oneLine, reasonOf } from "./one-line.ts";

/** How a socket ended. `refusal` is the HTTP answer that came in place of an upgrade. */
export interface SocketEnd {
  code: number;
  reason: string;
  refusal?: { status: number; code: string };
}

export interface SocketEvents {
  opened(): void;
  text(text: string): void;
  binary(bytes: Uint8Array): void;
  /** Exactly once, also when the socket was never open. */
  ended(end: SocketEnd): void;
}

export interface DialledSocket {
  readonly isOpen: boolean;
  sendText(text: string): void;
  /** `bytes` belongs to the socket until it is sent. */
  sendBytes(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

export interface DialOptions {
  url: string;
  headers: Record<string, string>;
  maxMessageBytes: number;
}

/** RFC 6455, 7.1.5. */
const NO_CLOSING_HANDSHAKE = 1006;
/** An error answer is a short JSON envelope; nothing longer is read. */
const REFUSAL_BYTES = 4096;
/** How long the other end has to answer our close before the connection is cut. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Masks keep a browser's bytes from looking like another protocol to a proxy that reads along (RFC 6455, 10.3). Where
 * nobody can read along, a mask of zeros says the same and spares a copy and a pass over every byte, at both ends.
 */
function isUnseen(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "wss:" || hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

export function dialWebSocket({ url, headers, maxMessageBytes }: DialOptions, events: SocketEvents): DialledSocket {
  const socket = new WebSocket(url, {
    headers,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    handshakeTimeout: STREAM_DIAL_TIMEOUT_MS,
    ...(isUnseen(url) && { generateMask: () => {} }),
    // A redirect would carry the credential to another host.
    followRedirects: false,
  });
  let failure: string | undefined;
  let refusal: SocketEnd["refusal"];
  let cut: NodeJS.Timeout | undefined;
  const liveness = watchLiveness({
    ping: () => socket.readyState === WebSocket.OPEN && socket.ping(),
    dead: () => {
      failure ??= "the other end went silent";
      socket.terminate();
    },
  });

  socket.on("unexpected-response", (_, response) => {
    void readRefusal(response).then((read) => {
      refusal = { status: read.status, code: read.code };
      failure = read.message;
      socket.terminate();
    });
  });
  socket.on("open", () => events.opened());
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    liveness.heard();
    if (isBinary) events.binary(data);
    else events.text(data.toString());
  });
  socket.on("ping", liveness.heard);
  socket.on("pong", liveness.heard);
  socket.on("error", (error) => {
    failure ??= reasonOf(error);
  });
  socket.on("close", (code, reason) => {
    liveness.stop();
    clearTimeout(cut);
    events.ended({
      code,
      reason: oneLine(reason.toString()) || failure || silentEnd(code),
      ...(refusal && { refusal }),
    });
  });

  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    sendText: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    sendBytes: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
    },
    close: (code, reason) => {
      socket.close(code, reason);
      cut ??= setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
    },
    terminate: () => socket.terminate(),
  };
}

const silentEnd = (code: number): string =>
  code === NO_CLOSING_HANDSHAKE ? "the connection broke off" : `the connection was closed with code ${code}`;

async function readRefusal(response: IncomingMessage): Promise<{ status: number; code: string; message: string }> {
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (chunks.reduce((sum, { length }) => sum + length, 0) > REFUSAL_BYTES) break;
    }
    const envelope: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const body = ErrorBody.parse((envelope as { error?: unknown } | null)?.error);
    return { status, code: oneLine(body.code), message: oneLine(body.message) };
  } catch {
    // Something else than a control plane answered, or broke off; its status is all there is to say.
    return { status, code: `HTTP_${status}`, message: `the answer was HTTP ${status}` };
  }
}

/** The two ends of a desktop's stream: a viewer's socket, and a machine that dials and verifies as a real one does. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { socketUrl } from "@sallyport/client";
import {
  DESKTOP_SOCKET_PATH,
  DESKTOP_STREAM_KEY_LABEL,
  DESKTOP_SUBPROTOCOL,
  type DesktopStream,
  JWT_SUBPROTOCOL_PREFIX,
  type Registration,
  SignedDesktopInput,
  STREAM_CHALLENGE_HEADER,
} from "@sallyport/protocol";
import { deriveChannelKey, MessageVerifier } from "@sallyport/secure-terminal";
import { type RawData, WebSocket } from "ws";
import type { Person } from "./control-plane.ts";
import { Heard } from "./live-ends.ts";

export interface Closed {
  code: number;
  reason: string;
}

const closeOf = (socket: WebSocket): Promise<Closed> =>
  new Promise((resolve) => socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })));

/** The refusal of a handshake: its status, and the code in its body. */
export interface RefusedSocket {
  status: number;
  code: string;
}

export class DesktopViewer {
  readonly frames = new Heard<Buffer>();
  readonly closed: Promise<Closed>;
  readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = closeOf(socket);
    socket.on("message", (data: RawData) => this.frames.push(data as Buffer));
    socket.on("error", () => {});
  }

  static dial(url: string, params: Record<string, string>, accessToken?: string): WebSocket {
    const token = accessToken === undefined ? [] : [`${JWT_SUBPROTOCOL_PREFIX}${accessToken}`];
    return new WebSocket(socketUrl(url, DESKTOP_SOCKET_PATH, params), [DESKTOP_SUBPROTOCOL, ...token]);
  }

  static async open(
    url: string,
    { access_token, orgId }: Pick<Person, "access_token" | "orgId">,
    session_id: string,
  ): Promise<DesktopViewer> {
    const socket = DesktopViewer.dial(url, { org_id: orgId, session_id }, access_token);
    const viewer = new DesktopViewer(socket);
    await once(socket, "open");
    return viewer;
  }

  /** How a handshake is refused. */
  static async refused(url: string, params: Record<string, string>, accessToken?: string): Promise<RefusedSocket> {
    const socket = DesktopViewer.dial(url, params, accessToken);
    return new Promise((resolve, reject) => {
      socket.on("error", () => {});
      socket.once("open", () => reject(new Error("the handshake was accepted")));
      socket.once("unexpected-response", (_request, response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          socket.terminate();
          const { error } = JSON.parse(Buffer.concat(chunks).toString()) as { error: { code: string } };
          resolve({ status: response.statusCode ?? 0, code: error.code });
        });
      });
    });
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }
}

/** A machine's stream. What does not verify with the key of this very stream is not heard. */
export class DesktopMachine {
  readonly inputs = new Heard<unknown>();
  readonly closed: Promise<Closed>;
  readonly socket: WebSocket;
  forged = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = closeOf(socket);
    socket.on("error", () => {});
  }

  static async dial(
    { machine_id, machine_secret }: Pick<Registration, "machine_id" | "machine_secret">,
    session_id: string,
    { stream_url, stream_token, epoch }: Pick<DesktopStream, "stream_url" | "stream_token" | "epoch">,
  ): Promise<DesktopMachine> {
    const challenge = randomBytes(32).toString("hex");
    const machineKey = createHash("sha256").update(machine_secret).digest("hex");
    const key = deriveChannelKey(machineKey, DESKTOP_STREAM_KEY_LABEL, session_id, String(epoch), challenge);
    const headers = { authorization: `Bearer ${stream_token}`, [STREAM_CHALLENGE_HEADER]: challenge };
    const socket = new WebSocket(stream_url, { headers });
    const machine = new DesktopMachine(socket);
    const verifier = new MessageVerifier({ machineId: machine_id, logger: null, nonceCapacity: 100_000 });
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as { type: string; data: { payload: unknown } };
      const isGenuine = verifier.verify(message, key, { sessionId: session_id }).valid;
      if (!isGenuine || message.type !== "desktop_input") {
        machine.forged += 1;
        return;
      }
      const payload = SignedDesktopInput.parse(message.data.payload);
      if (payload.epoch === epoch) machine.inputs.push(JSON.parse(payload.message));
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("unexpected-response", (_request, response) => {
        socket.terminate();
        reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    return machine;
  }

  show(frame: Uint8Array): void {
    this.socket.send(frame);
  }
}

import type { SocketLike } from "@sallyport/client";
import { type Attached, decodeFrame, encodeFrame, encodeJson, FrameKind } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { ShellConnection, type ShellState } from "./shell-connection.ts";

const text = new TextDecoder();

test("a session goes from its making to its end, and says so", async () => {
  const { connection, server, phases } = aConnection();
  await connection.start();
  server.attach();
  server.send(FrameKind.exit, 0, encodeJson({ exit_code: 0, signal: null }));
  server.close(1000);
  expect(phases()).toEqual(["starting", "connecting", "open", "ended"]);
});

test("the size is told before the shell starts, so that its first line fits", async () => {
  const { connection, server } = aConnection();
  connection.resize({ cols: 120, rows: 40 });
  await connection.start();
  server.attach();
  expect(server.received(FrameKind.resize)).toHaveLength(1);
});

test("output that comes before anybody listens waits, in order, and is not acknowledged", async () => {
  const { connection, server } = aConnection();
  await connection.start();
  server.attach();
  server.send(FrameKind.output, 0, new TextEncoder().encode("one "));
  server.send(FrameKind.output, 4, new TextEncoder().encode("two "));
  const heard: string[] = [];
  connection.listen((bytes) => heard.push(text.decode(bytes)));
  server.send(FrameKind.output, 8, new TextEncoder().encode("three"));
  expect(heard).toEqual(["one ", "two ", "three"]);
  expect(server.received(FrameKind.ack)).toHaveLength(0);
});

test("a refusal to make a session is told, and no socket is opened", async () => {
  const refusal = new Error("no");
  const { connection, server, states } = aConnection(() => Promise.reject(refusal));
  await connection.start();
  expect(states.at(-1)).toEqual({ phase: "refused", error: refusal });
  expect(server.opened).toBe(0);
});

test("after closing nothing is told, and a session that was still being made opens no socket", async () => {
  const { connection, server, phases } = aConnection();
  const started = connection.start();
  connection.close();
  await started;
  expect(phases()).toEqual(["starting"]);
  expect(server.opened).toBe(0);
});

test("a socket that closes before the machine answered is told from one that was open", async () => {
  const { connection, server, states } = aConnection();
  await connection.start();
  server.close(1006);
  expect(states.at(-1)).toMatchObject({ phase: "ended", wasOpen: false, end: { closeCode: 1006 } });
});

/** A connection and the server at its other end, which does what the test says. */
function aConnection(prepare = () => Promise.resolve({ url: "ws://door.invalid", protocols: [] as string[] })) {
  const states: ShellState[] = [];
  const sent: Uint8Array[] = [];
  const socket: SocketLike = {
    binaryType: "",
    readyState: 1,
    send: (data) => void sent.push(data),
    close: () => {},
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  const call = (handler: "onmessage" | "onclose", event: unknown) => socket[handler]?.(event as never);
  const server = {
    opened: 0,
    attach() {
      const attached: Attached = {
        session_id: "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e5f",
        start: 0,
        end: 0,
        in_next: 0,
        cols: 80,
        rows: 24,
      };
      server.send(FrameKind.attached, 0, encodeJson(attached));
    },
    send(kind: FrameKind, offset: number, payload: Uint8Array) {
      call("onmessage", { data: encodeFrame({ kind, epoch: 1, offset, payload }).buffer });
    },
    close: (code: number) => call("onclose", { code, reason: "" }),
    received: (kind: FrameKind) => sent.filter((bytes) => decodeFrame(bytes)?.kind === kind),
  };
  const connection = new ShellConnection({
    prepare,
    openSocket: () => {
      server.opened++;
      return socket;
    },
    onState: (state) => states.push(state),
    onLatency: () => {},
    onNotice: () => {},
  });
  return { connection, server, states, phases: () => states.map(({ phase }) => phase) };
}

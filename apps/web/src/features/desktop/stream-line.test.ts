import { encodeDesktopMessage, encodeVideoFrame, type VideoFrame } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { StreamLine } from "./stream-line.ts";

/** A stream whose socket and decoder do what the test says. */
async function aStream() {
  const said: string[] = [];
  const decoded: number[] = [];
  const socket = {
    readyState: 0,
    bufferedAmount: 0,
    binaryType: "",
    sent: [] as unknown[],
    closedWith: undefined as number | undefined,
    onopen: () => {},
    onmessage: (_: { data: unknown }) => {},
    onclose: (_: { code: number; reason: string }) => {},
    send: (text: string) => void socket.sent.push(JSON.parse(text)),
    close: (code: number) => {
      socket.closedWith = code;
    },
  };
  let hears!: Parameters<ConstructorParameters<typeof StreamLine>[0]["sink"]>[0];
  const line = new StreamLine({
    dial: async () => socket as unknown as WebSocket,
    sink: (events) => {
      hears = events;
      return {
        canvas: { width: 0, height: 0 } as HTMLCanvasElement,
        codec: undefined,
        decode: ({ number }: VideoFrame) => void decoded.push(number),
        close: () => void said.push("sink closed"),
      };
    },
    message: ({ type }) => said.push(type),
    picture: () => said.push("picture"),
    failed: (reason) => said.push(`failed: ${reason}`),
    takenOver: () => said.push("taken over"),
  });
  line.send({ type: "show", quality: "sharp" });
  await Promise.resolve();
  socket.readyState = 1;
  socket.onopen();
  const receive = (bytes: Uint8Array) => socket.onmessage({ data: bytes.slice().buffer });
  const frame = (number: number) =>
    receive(
      encodeVideoFrame({ isKey: number === 0, number, timeUs: 0, width: 8, height: 8, data: new Uint8Array([1]) }),
    );
  return { line, socket, hears, said, decoded, receive, frame };
}

test("what was said before the socket was open is not lost", async () => {
  const { socket } = await aStream();
  expect(socket.binaryType).toBe("arraybuffer");
  expect(socket.sent).toEqual([{ type: "show", quality: "sharp" }]);
});

test("frames go to the decoder, messages to whoever listens, and nonsense nowhere", async () => {
  const { receive, frame, said, decoded, socket } = await aStream();
  frame(0);
  frame(1);
  receive(encodeDesktopMessage('{"type":"pong","id":1}'));
  receive(encodeDesktopMessage('{"type":"from a newer machine"}'));
  receive(encodeDesktopMessage("no JSON"));
  receive(new Uint8Array([9, 9, 9]));
  socket.onmessage({ data: "a text" });
  expect(decoded).toEqual([0, 1]);
  expect(said).toEqual(["pong"]);
});

test("frames are acknowledged in rising order, and a broken picture asks for a whole one", async () => {
  const { hears, socket, said } = await aStream();
  socket.sent.length = 0;
  for (const number of [0, 2, 1, 2, 3]) hears.taken(number);
  hears.wantsKeyFrame();
  expect(socket.sent).toEqual([
    { type: "taken", frame: 0 },
    { type: "taken", frame: 2 },
    { type: "taken", frame: 3 },
    { type: "refresh" },
  ]);
  hears.drawn();
  hears.drawn();
  expect(said).toEqual(["picture"]);
});

test("an end is told once, with its reason; another window's is told apart", async () => {
  const broken = await aStream();
  broken.socket.onclose({ code: 1013, reason: "the connection to the machine ended" });
  broken.socket.onclose({ code: 1013, reason: "again" });
  expect(broken.said).toEqual(["sink closed", "failed: the connection to the machine ended"]);
  const taken = await aStream();
  taken.socket.onclose({ code: 4409, reason: "" });
  expect(taken.said).toEqual(["sink closed", "taken over"]);
});

test("who leaves hears nothing more", async () => {
  const { line, socket, said, frame, decoded } = await aStream();
  line.close();
  expect(socket.closedWith).toBe(1000);
  frame(0);
  socket.onclose({ code: 1006, reason: "" });
  expect(decoded).toEqual([]);
  expect(said).toEqual(["sink closed"]);
});

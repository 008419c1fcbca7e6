// The control plane's part of a desktop's stream, as small as it can be: joins the machine's socket and the viewer's, and
// signs what the viewer says.
import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { STREAM_CHALLENGE_HEADER } from "@sallyport/protocol";
import { signMessage } from "@sallyport/secure-terminal";
import { WebSocketServer } from "ws";

export async function openStreamSide(sessionId) {
  const key = randomBytes(32).toString("hex");
  const challenge = randomBytes(32).toString("hex");
  const machineId = randomUUID();
  const identity = { sessionId, machineId, userId: randomUUID(), capabilities: ["input"] };
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  const ends = {};
  sockets.on("connection", (socket, request) => {
    const isMachine = request.headers[STREAM_CHALLENGE_HEADER] === challenge;
    ends[isMachine ? "machine" : "viewer"] = socket;
    socket.on("message", (data, isBinary) => {
      if (isMachine) ends.viewer?.send(data, { binary: isBinary });
      else {
        const payload = { epoch: 1, message: data.toString() };
        ends.machine?.send(JSON.stringify(signMessage({ type: "desktop_input", identity, payload, secret: key })));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    viewerUrl: `ws://127.0.0.1:${port}/viewer`,
    stream: {
      epoch: 1,
      consent: { required: false, granted_by: null },
      stream_url: `ws://127.0.0.1:${port}/machine`,
      stream_token: "bench",
      machine_id: machineId,
      challenge,
      key,
      clock_offset_ms: 0,
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
    },
  };
}

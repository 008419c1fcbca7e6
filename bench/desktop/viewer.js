// The viewer of the benchmark: as small as one can be, with the same settings as the product's.
const seen = { frames: [], colours: [], size: undefined, messages: [], bytes: 0 };
window.seen = seen;
const nowMs = () => performance.timeOrigin + performance.now();
const pixels = new Uint8Array(4096);

/** Reads one spot of a decoded frame, without making a picture of the whole: the viewer has the same two cores. */
async function look(frame) {
  const atMs = nowMs();
  seen.frames.push(atMs);
  seen.size = [frame.displayWidth, frame.displayHeight];
  const rect = { x: 32, y: 32, width: 2, height: 2 };
  const layout = await frame.copyTo(pixels, { rect });
  const [y, cb, cr] =
    frame.format === "NV12"
      ? [pixels[layout[0].offset], pixels[layout[1].offset], pixels[layout[1].offset + 1]]
      : layout.map(({ offset }) => pixels[offset]);
  frame.close();
  const rgb = [y + 1.402 * (cr - 128), y - 0.344 * (cb - 128) - 0.714 * (cr - 128), y + 1.772 * (cb - 128)];
  note(rgb, atMs);
}

function note(rgb, atMs) {
  const colour = (rgb[0] > 127 ? 1 : 0) | (rgb[1] > 127 ? 2 : 0) | (rgb[2] > 127 ? 4 : 0);
  if (seen.colours.at(-1)?.colour !== colour) seen.colours.push({ colour, atMs, rgb: rgb.map(Math.round) });
}

/** Signalling is the caller's: `tell` takes our offer and candidates, `window.hear` gives theirs. */
window.watch = async (iceServers) => {
  const connection = new RTCPeerConnection({ iceServers });
  window.connection = connection;
  const channel = connection.createDataChannel("desktop");
  window.channel = channel;
  channel.onmessage = ({ data }) => seen.messages.push(JSON.parse(data));
  const { receiver } = connection.addTransceiver("video", { direction: "recvonly" });
  receiver.jitterBufferTarget = 0;
  const video = document.getElementById("video");
  connection.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
  };
  const each = () => {
    video.requestVideoFrameCallback(each);
    try {
      void look(new VideoFrame(video));
    } catch {
      // The first frame is there before it can be read.
      seen.frames.push(nowMs());
    }
  };
  video.requestVideoFrameCallback(each);
  connection.onicecandidate = ({ candidate }) => {
    if (candidate) window.tell({ type: "candidate", candidate: candidate.toJSON() });
  };
  const early = [];
  window.hear = async (message) => {
    if (message.type === "candidate") {
      if (connection.remoteDescription) await connection.addIceCandidate(message.candidate);
      else early.push(message.candidate);
      return;
    }
    await connection.setRemoteDescription({ type: "answer", sdp: message.sdp_answer });
    for (const candidate of early) await connection.addIceCandidate(candidate);
  };
  await connection.setLocalDescription();
  window.offeredAtMs = nowMs();
  window.tell({ type: "offer", sdp: connection.localDescription.sdp });
};

window.stats = async () => {
  const result = {};
  for (const report of (await window.connection.getStats()).values()) {
    if (report.type === "inbound-rtp") {
      const { framesDecoded, framesDropped, freezeCount, totalFreezesDuration, packetsLost, nackCount, pliCount } =
        report;
      const { jitterBufferDelay, jitterBufferEmittedCount, totalDecodeTime, bytesReceived, decoderImplementation } =
        report;
      const { retransmittedPacketsReceived, totalProcessingDelay } = report;
      Object.assign(result, {
        framesDecoded,
        framesDropped,
        freezeCount,
        totalFreezesDuration,
        packetsLost,
        nackCount,
        pliCount,
        bytesReceived,
        decoderImplementation,
        retransmittedPacketsReceived,
        jitterBufferMs: (1000 * jitterBufferDelay) / jitterBufferEmittedCount,
        decodeMs: (1000 * totalDecodeTime) / framesDecoded,
        processingMs: (1000 * totalProcessingDelay) / framesDecoded,
      });
    }
    if (report.type === "candidate-pair" && report.nominated) result.roundTripMs = 1000 * report.currentRoundTripTime;
  }
  return result;
};

/** The same picture by a stream: `begin` asks the machine to open its end. */
window.watchStream = async (url) => {
  const canvas = document.getElementById("canvas");
  const context = canvas.getContext("2d", { alpha: false, desynchronized: true });
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const say = (message) => socket.send(JSON.stringify(message));
  window.say = say;
  const decoder = new VideoDecoder({
    output: (frame) => {
      if (canvas.width !== frame.displayWidth) canvas.width = frame.displayWidth;
      if (canvas.height !== frame.displayHeight) canvas.height = frame.displayHeight;
      context.drawImage(frame, 0, 0);
      void look(frame);
    },
    error: (error) => console.error(error.message),
  });
  decoder.configure({ codec: "avc1.42e028", optimizeForLatency: true });
  socket.onmessage = ({ data }) => {
    const view = new DataView(data);
    if (view.getUint8(0) === 1)
      return seen.messages.push(JSON.parse(new TextDecoder().decode(new Uint8Array(data, 1))));
    const type = view.getUint8(1) & 1 ? "key" : "delta";
    const number = view.getUint32(2);
    decoder.decode(
      new EncodedVideoChunk({ type, timestamp: Number(view.getBigUint64(6)), data: new Uint8Array(data, 18) }),
    );
    say({ type: "taken", frame: number });
  };
  window.offeredAtMs = nowMs();
  await window.begin();
};

/** noVNC, in its own size; what it has drawn on its canvas counts. */
window.watchVnc = async (url) => {
  const served = "/novnc/core/rfb.js";
  const { default: RFB } = await import(served);
  window.offeredAtMs = nowMs();
  const rfb = new RFB(document.getElementById("screen"), url, { shared: true });
  const context = rfb._display._targetCtx;
  const draw = context.drawImage.bind(context);
  context.drawImage = (...args) => {
    draw(...args);
    seen.frames.push(nowMs());
    seen.size = [context.canvas.width, context.canvas.height];
    note(context.getImageData(32, 32, 1, 1).data, nowMs());
  };
  await new Promise((resolve) => rfb.addEventListener("connect", resolve));
};

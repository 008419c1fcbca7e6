type Data = Parameters<WebSocket["send"]>[0];

/** A WebSocket that takes the client's frames: the DOM's types want bytes that are surely not shared memory. */
export class FrameSocket extends WebSocket {
  override send(data: Data | Uint8Array): void {
    super.send(data instanceof Uint8Array ? new Uint8Array(data) : data);
  }
}

/**
 * The control plane's time. Anchored once per link connection and moved on by this machine's monotonic clock, so that
 * a wall clock that is wrong, or is set while a session runs, changes nothing.
 */
export class ServerClock {
  #anchor: { serverMs: number; atMs: number } | undefined;

  get isSet(): boolean {
    return this.#anchor !== undefined;
  }

  /** Takes over the control plane's time, and returns how far this machine's wall clock is behind it. */
  set(serverMs: number): number {
    this.#anchor = { serverMs, atMs: performance.now() };
    return serverMs - Date.now();
  }

  /** Milliseconds since the epoch, as the control plane counts them. */
  now(): number {
    if (!this.#anchor) throw new Error("invariant: the clock is set by the welcome, before anything is verified");
    return this.#anchor.serverMs + performance.now() - this.#anchor.atMs;
  }
}

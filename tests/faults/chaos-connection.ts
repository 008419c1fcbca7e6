import type { Socket } from "node:net";
import { ChaosPipe, type Conditions } from "./chaos-pipe.ts";

/** `blackhole` is a half-open connection: both sides keep theirs and hear nothing, not even of its end. */
export type Cut = "fin" | "rst" | "blackhole";
/** `up` is from who dialled to the target. */
export type Direction = "up" | "down";

/** One proxied connection, and what can be done to it. */
export class ChaosConnection {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #pipes: Record<Direction, ChaosPipe>;
  #conditions: Conditions;

  constructor(client: Socket, target: Socket, conditions: Conditions, random: () => number) {
    this.#client = client;
    this.#target = target;
    this.#conditions = conditions;
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      // An error is always followed by `close`, which is where it is passed on.
      socket.on("error", () => {});
    }
    this.#pipes = {
      up: new ChaosPipe(client, target, conditions, random),
      down: new ChaosPipe(target, client, conditions, random),
    };
  }

  /** Bytes given on so far. */
  get delivered(): Record<Direction, number> {
    return { up: this.#pipes.up.delivered, down: this.#pipes.down.delivered };
  }

  set(conditions: Partial<Conditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
    for (const pipe of this.#all()) pipe.set(this.#conditions);
  }

  /** Holds one direction, or both; nothing is lost, and `heal` delivers what was held. */
  freeze(direction: Direction | "both" = "both"): void {
    for (const pipe of direction === "both" ? this.#all() : [this.#pipes[direction]]) pipe.freeze();
  }

  thaw(): void {
    for (const pipe of this.#all()) pipe.thaw();
  }

  /** Ends it for good; what was under way is lost. */
  cut(how: Cut): void {
    for (const pipe of this.#all()) pipe.end(how === "blackhole" ? "deaf" : "swallow");
    if (how === "blackhole") return;
    for (const socket of [this.#client, this.#target]) {
      if (how === "rst") socket.resetAndDestroy();
      else socket.end();
    }
  }

  /** Cuts when exactly this many more bytes have gone in one direction. */
  cutAfter(direction: Direction, bytes: number, how: Cut): void {
    this.#pipes[direction].cutAfter(bytes, () => this.cut(how));
  }

  destroy(): void {
    for (const pipe of this.#all()) pipe.end("deaf");
    this.#client.destroy();
    this.#target.destroy();
  }

  #all(): ChaosPipe[] {
    return [this.#pipes.up, this.#pipes.down];
  }
}

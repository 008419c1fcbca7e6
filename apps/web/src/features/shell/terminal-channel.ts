import type { TerminalSize } from "@sallyport/protocol";

/** What a terminal needs of a session, and all it knows of it. */
export interface TerminalChannel {
  type(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** The terminal has drawn this many more bytes. */
  drawn(byteCount: number): void;
  /** Hands over output, first what came before; returns how to stop. */
  listen(onOutput: (bytes: Uint8Array) => void): () => void;
}

/** What is kept of each stream of one machine: a fleet of them must fit into a tab. */
export const KEPT_CHARS = 64 * 1024;

/** The beginning of what a program writes, as text; characters that are cut between two pieces are whole. */
export class CollectedText {
  readonly #decoder = new TextDecoder();
  #text = "";
  #isCut = false;

  get text(): string {
    return this.#text;
  }

  /** Whether there was more than is kept. */
  get isCut(): boolean {
    return this.#isCut;
  }

  feed(bytes: Uint8Array): void {
    if (this.#isCut) return;
    const all = this.#text + this.#decoder.decode(bytes, { stream: true });
    this.#isCut = all.length > KEPT_CHARS;
    this.#text = this.#isCut ? all.slice(0, KEPT_CHARS) : all;
  }
}

/** Keys or buttons that are down, and who holds them: what two hold is let go when the last one lets go. */
export class Held {
  readonly #holders = new Map<number, Set<string>>();

  has(code: number): boolean {
    return this.#holders.has(code);
  }

  codes(): number[] {
    return [...this.#holders.keys()];
  }

  isHeldBy(code: number, holder: string): boolean {
    return this.#holders.get(code)?.has(holder) ?? false;
  }

  add(code: number, holder: string): void {
    const holders = this.#holders.get(code) ?? new Set();
    this.#holders.set(code, holders.add(holder));
  }

  /** Whether nobody holds it any more because of this. */
  remove(code: number, holder: string): boolean {
    const holders = this.#holders.get(code);
    if (!holders?.delete(holder) || holders.size > 0) return false;
    return this.#holders.delete(code);
  }
}

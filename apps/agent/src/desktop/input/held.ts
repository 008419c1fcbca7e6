/** Keys or buttons that are down, and who holds them: what two hold is let go when the last one lets go. */
export class Held {
  readonly #holders = new Map<number, Set<string>>();
  readonly #onChange: (codes: number[]) => void;

  /** @param onChange told what is down now, before it goes down and before it goes up */
  constructor(onChange: (codes: number[]) => void = () => {}) {
    this.#onChange = onChange;
  }

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
    const holders = this.#holders.get(code);
    if (holders) holders.add(holder);
    else {
      this.#holders.set(code, new Set([holder]));
      this.#onChange(this.codes());
    }
  }

  /** Whether nobody holds it any more because of this. */
  remove(code: number, holder: string): boolean {
    const holders = this.#holders.get(code);
    if (!holders?.delete(holder) || holders.size > 0) return false;
    this.#holders.delete(code);
    this.#onChange(this.codes());
    return true;
  }
}

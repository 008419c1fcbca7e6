/**
 * Keys that mean nothing by themselves, and are lent to characters that no key has.
 *
 * A program asks what a key means when it comes to handle the key, which may be a while after it was pressed: a busy
 * program would then read another character, if the key had been given away meanwhile. So a key is given to another
 * character only when it has rested, the longest unused one first; until then the character waits.
 */

/** How long a key keeps its character after its last use: as long as a busy program may take. */
const REST_MS = 500;

export type Loan =
  /** `isNew`: it has to be mapped first. */
  { keycode: number; isNew: boolean } | { waitMs: number };

interface Lent {
  keysym: number;
  usedAt: number;
}

export class SpareKeys {
  /** In the order of their last use. */
  readonly #lent = new Map<number, Lent>();
  readonly #unused: number[];

  /**
   * @param keycodes those that may be lent
   * @param lent those of them that are already
   */
  constructor(keycodes: readonly number[], lent: readonly (readonly [number, Lent])[] = []) {
    for (const [keycode, entry] of lent) if (keycodes.includes(keycode)) this.#lent.set(keycode, entry);
    this.#unused = keycodes.filter((keycode) => !this.#lent.has(keycode));
  }

  /** What is lent, in the order of its last use. */
  entries(): [number, Lent][] {
    return [...this.#lent];
  }

  /** What the key was lent to. */
  keysymOn(keycode: number): number | undefined {
    return this.#lent.get(keycode)?.keysym;
  }

  /**
   * A key for this keysym, used now.
   *
   * @param isHeld whether the key is down: then it is not given away
   * @returns how long to wait where all are in use; undefined when there are none at all
   */
  lend(keysym: number, nowMs: number, isHeld: (keycode: number) => boolean): Loan | undefined {
    for (const [keycode, lent] of this.#lent) {
      if (lent.keysym === keysym) return this.#use(keycode, keysym, nowMs, false);
    }
    const fresh = this.#unused.shift();
    if (fresh !== undefined) return this.#use(fresh, keysym, nowMs, true);
    let waitMs: number | undefined;
    for (const [keycode, { usedAt }] of this.#lent) {
      if (isHeld(keycode)) continue;
      const rest = usedAt + REST_MS - nowMs;
      if (rest <= 0) return this.#use(keycode, keysym, nowMs, true);
      waitMs = Math.min(waitMs ?? REST_MS, rest);
    }
    if (waitMs !== undefined) return { waitMs };
    return this.#lent.size > 0 ? { waitMs: REST_MS } : undefined;
  }

  /** It was used again, as when it was let go. */
  touch(keycode: number, nowMs: number): void {
    const lent = this.#lent.get(keycode);
    if (lent) this.#use(keycode, lent.keysym, nowMs, false);
  }

  #use(keycode: number, keysym: number, usedAt: number, isNew: boolean): Loan {
    this.#lent.delete(keycode);
    this.#lent.set(keycode, { keysym, usedAt });
    return { keycode, isNew };
  }
}

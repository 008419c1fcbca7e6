/**
 * Keys that mean nothing by themselves, and are lent to characters that no key has: first each to one, then each to
 * another one with Shift, too.
 *
 * A program asks what a key means when it comes to handle the key, which may be a while after it was pressed: a busy
 * program would then read another character, if the key had been given away meanwhile. So a key is given to another
 * character only when it has rested, the longest unused one first; until then the character waits.
 */

export type Loan =
  | {
      keycode: number;
      /** Undefined while the key means the same with Shift and without. */
      shift: boolean | undefined;
      /** What it has to be mapped to first, without Shift and with it; undefined when it is already. */
      map: readonly [number, number] | undefined;
    }
  | { waitMs: number };

interface Slot {
  keycode: number;
  shift: boolean;
}

interface Lent extends Slot {
  keysym: number;
  usedAt: number;
}

interface Moment {
  nowMs: number;
  /** How long a key keeps its character after its last use: as long as a busy program may take to handle it. */
  restMs: number;
  /** Whether the key is down: then it is not given away. */
  isHeld(keycode: number): boolean;
}

export class SpareKeys {
  /** By keysym, in the order of their last use. */
  readonly #lent = new Map<number, Lent>();
  readonly #free: Slot[];

  /**
   * @param keycodes those that may be lent
   * @param lent what was lent before, and still is
   */
  constructor(keycodes: readonly number[], lent: readonly Lent[] = []) {
    for (const entry of lent) if (keycodes.includes(entry.keycode)) this.#lent.set(entry.keysym, entry);
    this.#free = [false, true]
      .flatMap((shift) => keycodes.map((keycode) => ({ keycode, shift })))
      .filter(({ keycode, shift }) => !lent.some((other) => other.keycode === keycode && other.shift === shift));
  }

  /** What is lent, in the order of its last use. */
  entries(): Lent[] {
    return [...this.#lent.values()];
  }

  isLent(keycode: number): boolean {
    return this.entries().some((lent) => lent.keycode === keycode);
  }

  /**
   * A key for this keysym, used now.
   *
   * @returns how long to wait where all are in use; undefined when there are none at all
   */
  lend(keysym: number, { nowMs, restMs, isHeld }: Moment): Loan | undefined {
    const lent = this.#lent.get(keysym);
    if (lent) return this.#use(lent, keysym, nowMs, false);
    const fresh = this.#free.shift();
    if (fresh) return this.#use(fresh, keysym, nowMs, true);
    let waitMs: number | undefined;
    for (const oldest of this.#lent.values()) {
      waitMs ??= restMs;
      if (isHeld(oldest.keycode)) continue;
      const rest = oldest.usedAt + restMs - nowMs;
      if (rest > 0) return { waitMs: rest };
      this.#lent.delete(oldest.keysym);
      return this.#use(oldest, keysym, nowMs, true);
    }
    return waitMs === undefined ? undefined : { waitMs };
  }

  /** The key was used again, as when it was let go. */
  touch(keycode: number, nowMs: number): void {
    for (const lent of this.entries()) if (lent.keycode === keycode) this.#use(lent, lent.keysym, nowMs, false);
  }

  #use({ keycode, shift }: Slot, keysym: number, usedAt: number, isNew: boolean): Loan {
    this.#lent.delete(keysym);
    this.#lent.set(keysym, { keycode, shift, keysym, usedAt });
    const other = this.entries().find((lent) => lent.keycode === keycode && lent.shift !== shift)?.keysym;
    const map = shift ? ([other ?? keysym, keysym] as const) : ([keysym, other ?? keysym] as const);
    return { keycode, shift: other === undefined ? undefined : shift, map: isNew ? map : undefined };
  }
}

/**
 * A keyboard's mapping, as the core protocol tells it: which key, with which modifiers, has a keysym. Pure.
 *
 * A row has the keysyms of one key: levels 1 and 2 (with Shift) of the first group, the same of the second, then levels
 * 3 and 4 (with AltGr) of the first. What comes after is laid out as each server likes, and not looked at.
 */
import { Keysym } from "./keysyms.ts";

export interface KeyboardMapping {
  /** The keycode of the first row. */
  first: number;
  rows: readonly (readonly number[])[];
  /** The keycodes of Shift, Lock, Control, and Mod1 to Mod5; 0 is none. */
  modifiers: readonly (readonly number[])[];
}

/** How to have a key mean something. */
export interface Stroke {
  keycode: number;
  /** Whether the modifier must be down meanwhile; undefined where it does not matter. */
  shift?: boolean;
  level3?: boolean;
  /** On the number pad Num Lock, or Shift instead, chooses between two meanings; it must choose this one. */
  numpadLevel?: 1 | 2;
}

const LEVELS = [
  { columns: [0, 2], shift: false, level3: false },
  { columns: [1, 3], shift: true, level3: false },
  { columns: [4], shift: false, level3: true },
  { columns: [5], shift: true, level3: true },
] as const;

const CONTROL = 2;

export class KeyboardMap {
  /** Keys that mean nothing, so that they can be made to mean something. */
  readonly unusedKeycodes: readonly number[];
  readonly shiftKeycodes: readonly number[];
  readonly level3Keycodes: readonly number[];
  /** Control, Alt, Super and the like: with one of them down, a key is no text. */
  readonly commandKeycodes: readonly number[];
  readonly modifierKeycodes: ReadonlySet<number>;
  /** The bit of Num Lock among the modifiers; 0 without one. */
  readonly numLockMask: number;
  readonly #mapping: KeyboardMapping;

  constructor(mapping: KeyboardMapping) {
    this.#mapping = mapping;
    this.modifierKeycodes = new Set(mapping.modifiers.flat());
    const keycodes = mapping.rows.map((_, index) => mapping.first + index);
    this.unusedKeycodes = keycodes.filter(
      (keycode) => !this.modifierKeycodes.has(keycode) && this.#row(keycode).every((keysym) => keysym === Keysym.none),
    );
    this.level3Keycodes = keycodes
      .filter((keycode) => this.#row(keycode)[0] === Keysym.ISO_Level3_Shift)
      .sort((a, b) => Number(this.modifierKeycodes.has(b)) - Number(this.modifierKeycodes.has(a)));
    const rowOf = (modifier: number) => (mapping.modifiers[modifier] ?? []).filter((keycode) => keycode !== 0);
    this.shiftKeycodes = rowOf(0);
    const hasNumLock = (keycode: number) => this.#row(keycode).includes(Keysym.Num_Lock);
    const numLock = mapping.modifiers.findIndex((_, modifier) => rowOf(modifier).some(hasNumLock));
    this.numLockMask = numLock < 0 ? 0 : 1 << numLock;
    this.commandKeycodes = mapping.modifiers
      .flatMap((_, modifier) => (modifier < CONTROL || modifier === numLock ? [] : rowOf(modifier)))
      .filter((keycode) => !this.level3Keycodes.includes(keycode));
  }

  /** Which locks must be off, so that they change no letter: all but Num Lock, which changes none. */
  get lettersLocks(): number {
    return 0xff & ~this.numLockMask;
  }

  /**
   * The simplest stroke that has one of these keysyms, the first of them that there is.
   *
   * @param group the layout that is in use, from 0
   */
  strokeOf(keysyms: readonly number[], group: number): Stroke | undefined {
    for (const keysym of keysyms) {
      for (const { columns, shift, level3 } of LEVELS) {
        const column = columns[group];
        if (column === undefined || (level3 && this.level3Keycodes.length === 0)) continue;
        const index = this.#mapping.rows.findIndex((row) => row[column] === keysym);
        if (index < 0) continue;
        const keycode = this.#mapping.first + index;
        if (!isOnNumpad(keysym)) return { keycode, shift, level3 };
        const hasTwo = this.#row(keycode)[0] !== this.#row(keycode)[1];
        return hasTwo ? { keycode, numpadLevel: shift ? 2 : 1 } : { keycode };
      }
    }
    return undefined;
  }

  /** The key that is called by one of these keysyms, whichever layout is in use and whatever is held beside it. */
  keyOf(keysyms: readonly number[]): Stroke | undefined {
    for (const keysym of keysyms) {
      for (const column of LEVELS[0].columns) {
        const index = this.#mapping.rows.findIndex((row) => row[column] === keysym);
        if (index < 0) continue;
        const keycode = this.#mapping.first + index;
        const row = this.#row(keycode);
        return isOnNumpad(keysym) && row[0] !== row[1] ? { keycode, numpadLevel: 1 } : { keycode };
      }
    }
    return undefined;
  }

  #row(keycode: number): readonly number[] {
    return this.#mapping.rows[keycode - this.#mapping.first] ?? [];
  }
}

export const isOnNumpad = (keysym: number): boolean => keysym >= 0xff80 && keysym <= 0xffbd;

/** Turns of a wheel in fractions of a notch, as whole notches. Pure. */

const NOTCH = 120;

export class WheelNotches {
  #rest = 0;

  /** @returns the notches that are full now, with the sign of the direction */
  add(delta: number): number {
    // Whoever turns back expects an answer at once, not first the rest of the other direction.
    if (Math.sign(delta) !== Math.sign(this.#rest)) this.#rest = 0;
    this.#rest += delta;
    const notches = Math.trunc(this.#rest / NOTCH);
    this.#rest -= notches * NOTCH;
    return notches;
  }
}

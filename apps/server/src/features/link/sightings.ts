/**
 * What was seen as which machine, lately.
 *
 * Invariants: per machine, what is there and a few that were there before it; the machines that were quiet longest are
 * forgotten when there are too many.
 */

const FORMER_MAX = 4;
const MACHINES_MAX = 20_000;

interface Known {
  present: string;
  former: readonly string[];
}

export class Sightings {
  readonly #known = new Map<string, Known>();

  /**
   * Something shows up as a machine: a session host by its id, or an installation by its secret's hash.
   *
   * @returns whether another one had taken its place meanwhile. One agent that restarts is never the former one again, so
   * there are two of them
   */
  isBack(machineId: string, fingerprint: string): boolean {
    const known = this.#known.get(machineId);
    this.#known.delete(machineId);
    this.#known.set(machineId, after(known, fingerprint));
    const [quietest] = this.#known.keys();
    if (this.#known.size > MACHINES_MAX && quietest !== undefined) this.#known.delete(quietest);
    return known?.present !== fingerprint && (known?.former.includes(fingerprint) ?? false);
  }
}

function after(known: Known | undefined, fingerprint: string): Known {
  if (!known) return { present: fingerprint, former: [] };
  if (known.present === fingerprint) return known;
  const former = [known.present, ...known.former.filter((each) => each !== fingerprint)].slice(0, FORMER_MAX);
  return { present: fingerprint, former };
}

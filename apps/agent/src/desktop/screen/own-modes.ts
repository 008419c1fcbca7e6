/**
 * The modes that displays had before viewers chose others, so that whoever sits there finds them as they were. One of each
 * process: viewers follow one another, and the first of them changed what is to come back.
 */
import type { CrtcMode, RandR } from "./randr.ts";

interface Change {
  own: CrtcMode;
  chosen: number;
}

export class OwnModes {
  readonly #changed = new Map<string, Change>();

  get isEmpty(): boolean {
    return this.#changed.size === 0;
  }

  /**
   * A viewer's choice is about to take effect.
   *
   * @returns what to do when it did not
   */
  note(displayId: string, before: CrtcMode, chosen: number): () => void {
    const known = this.#changed.get(displayId);
    // What somebody there chose meanwhile is the display's own from then on.
    const own = known?.chosen === before.mode ? known.own : before;
    const now = own.mode === chosen ? undefined : { own, chosen };
    this.#set(displayId, now);
    return () => {
      if (this.#changed.get(displayId) === now) this.#set(displayId, known);
    };
  }

  #set(displayId: string, change: Change | undefined): void {
    if (change) this.#changed.set(displayId, change);
    else this.#changed.delete(displayId);
  }

  /** Displays that are as viewers left them are as they were before. The others, somebody else has changed. */
  async putBack(randr: RandR): Promise<void> {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const [id, { own, chosen }] of changed) {
      // Read anew for each: how large the screen is depends on all of them.
      const monitors = await randr.monitors();
      const monitor = monitors.find(({ display }) => display.id === id);
      if (monitor?.output?.now.mode === chosen) await randr.setMode(monitor, monitors, own);
    }
  }
}

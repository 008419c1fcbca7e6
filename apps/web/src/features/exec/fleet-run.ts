/**
 * One command on many machines, so many of them at a time.
 *
 * Invariants: each machine is begun at most once; a result that is over does not change any more; what is told is a new
 * list whose unchanged results are the same objects, and it is told a few times a second at most.
 */
import { CollectedText } from "./collected-text.ts";
import { type CommandResult, type Ending, isOver, type ResultState } from "./command-result.ts";

/** Machines on which it runs at the same time. */
const AT_ONCE = 20;
const TELL_EVERY_MS = 100;

export interface CommandEvents {
  /** It runs, or is seen again. */
  running(sessionId: string | undefined): void;
  /** Nothing is seen of it at the moment. */
  trouble(reason: string): void;
  output(stream: "stdout" | "stderr", bytes: Uint8Array): void;
  ended(ending: Ending): void;
}

export interface RunningCommand {
  /** Ends it on its machine, which `ended` tells. */
  stop(): void;
}

export interface FleetRunParts {
  runId: string;
  orgId: string;
  command: string;
  timeoutSeconds: number | null;
  targets: readonly { id: string; name: string }[];
  /** Begins it on one machine. Nothing is told before this returns. */
  begin: (machineId: string, events: CommandEvents) => RunningCommand;
  atOnce?: number;
  nowMs?: () => number;
}

class Slot {
  readonly stdout = new CollectedText();
  readonly stderr = new CollectedText();
  running: RunningCommand | undefined;
  startedMs = 0;
  isDirty = false;

  result: CommandResult;

  constructor({ id, name }: { id: string; name: string }) {
    this.result = {
      machineId: id,
      machineName: name,
      sessionId: undefined,
      state: { is: "waiting" },
      durationMs: undefined,
      output: { stdout: "", stderr: "", isCut: false },
    };
  }
}

export class FleetRun {
  readonly runId: string;
  readonly orgId: string;
  readonly command: string;
  readonly timeoutSeconds: number | null;
  readonly startedAt = new Date().toISOString();
  readonly #parts: FleetRunParts;
  readonly #slots: readonly Slot[];
  readonly #nowMs: () => number;
  readonly #listeners = new Set<() => void>();
  #results: readonly CommandResult[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next = 0;
  #underWay = 0;

  constructor(parts: FleetRunParts) {
    this.#parts = parts;
    this.runId = parts.runId;
    this.orgId = parts.orgId;
    this.command = parts.command;
    this.timeoutSeconds = parts.timeoutSeconds;
    this.#nowMs = parts.nowMs ?? (() => performance.now());
    this.#slots = parts.targets.map((target) => new Slot(target));
    this.#results = this.#slots.map(({ result }) => result);
  }

  /** In the order of the machines. The same list until something changes. */
  readonly results = (): readonly CommandResult[] => this.#results;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  get isOver(): boolean {
    return this.#slots.every(({ result }) => isOver(result));
  }

  start(): void {
    this.#fill();
  }

  /** Begins nothing more, and ends what runs. */
  stopAll(): void {
    // First those that wait, so that none of them takes the place of one that is ended.
    for (const slot of this.#slots) if (!slot.running) this.#stop(slot);
    for (const slot of this.#slots) this.#stop(slot);
  }

  stop(machineId: string): void {
    const slot = this.#slots.find(({ result }) => result.machineId === machineId);
    if (slot) this.#stop(slot);
  }

  #stop(slot: Slot): void {
    if (isOver(slot.result)) return;
    if (slot.running) slot.running.stop();
    else this.#become(slot, { is: "cancelled" });
  }

  #fill(): void {
    const { atOnce = AT_ONCE } = this.#parts;
    while (this.#underWay < atOnce) {
      const slot = this.#slots[this.#next++];
      if (!slot) return;
      if (!isOver(slot.result)) this.#begin(slot);
    }
  }

  #begin(slot: Slot): void {
    this.#underWay += 1;
    slot.startedMs = this.#nowMs();
    this.#become(slot, { is: "starting" });
    slot.running = this.#parts.begin(slot.result.machineId, {
      running: (sessionId) => this.#become(slot, { is: "running" }, { sessionId }),
      trouble: (trouble) => this.#become(slot, { is: "running", trouble }),
      output: (stream, bytes) => {
        slot[stream].feed(bytes);
        this.#changed(slot);
      },
      ended: (ending) => {
        if (isOver(slot.result)) return;
        this.#become(slot, ending, { durationMs: this.#nowMs() - slot.startedMs });
        this.#underWay -= 1;
        this.#fill();
      },
    });
  }

  #become(slot: Slot, state: ResultState, more: Partial<CommandResult> = {}): void {
    if (isOver(slot.result)) return;
    slot.result = { ...slot.result, ...more, state };
    this.#changed(slot);
  }

  #changed(slot: Slot): void {
    slot.isDirty = true;
    this.#timer ??= setTimeout(() => this.#tell(), TELL_EVERY_MS);
  }

  #tell(): void {
    this.#timer = undefined;
    for (const slot of this.#slots) {
      if (!slot.isDirty) continue;
      slot.isDirty = false;
      const { stdout, stderr } = slot;
      const output = { stdout: stdout.text, stderr: stderr.text, isCut: stdout.isCut || stderr.isCut };
      slot.result = { ...slot.result, output };
    }
    this.#results = this.#slots.map(({ result }) => result);
    for (const tell of this.#listeners) tell();
  }
}

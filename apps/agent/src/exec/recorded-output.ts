import type { ExecOutput, RecordedOutput } from "@sallyport/protocol";
import { ExecOutput as Kinds } from "@sallyport/protocol";

/** Keeps the beginning of what a command writes, for a record of it: `limitBytes` of both streams together. */
export class OutputRecorder {
  readonly #limitBytes: number;
  readonly #kept = { [Kinds.stdout]: [] as Buffer[], [Kinds.stderr]: [] as Buffer[] };
  #keptBytes = 0;
  #isTruncated = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  write(kind: ExecOutput, bytes: Uint8Array): void {
    const room = this.#limitBytes - this.#keptBytes;
    if (bytes.length > room) this.#isTruncated = true;
    if (room <= 0) return;
    const kept = Buffer.from(bytes.subarray(0, room));
    this.#keptBytes += kept.length;
    this.#kept[kind].push(kept);
  }

  result(): RecordedOutput {
    const text = (kind: ExecOutput) => Buffer.concat(this.#kept[kind]).toString("base64");
    return { stdout: text(Kinds.stdout), stderr: text(Kinds.stderr), truncated: this.#isTruncated };
  }
}

import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";

/** Names come from machines that nobody may trust: none of them leaves the folder. */
export const fileNameOf = (name: string): string => name.replace(/[^\w.-]/g, "_").replace(/^\.+/, "_") || "_";

/** A folder with what each node wrote, in files of their own, and who succeeded. Names of nodes are distinct as files. */
export class LogDir {
  readonly #folder: string;
  readonly #failed: (error: Error) => void;
  readonly #files = new Map<string, WriteStream>();

  private constructor(folder: string, failed: (error: Error) => void) {
    this.#folder = folder;
    this.#failed = failed;
  }

  /** @param failed told when something cannot be written, perhaps more than once */
  static async open(folder: string, failed: (error: Error) => void): Promise<LogDir> {
    await mkdir(folder, { recursive: true });
    return new LogDir(folder, failed);
  }

  /** What a command writes may be secret: for the operator alone. */
  write(node: string, stream: "stdout" | "stderr", bytes: Uint8Array, written: () => void): void {
    const name = `${fileNameOf(node)}.${stream}`;
    let file = this.#files.get(name);
    if (!file) {
      file = createWriteStream(join(this.#folder, name), { mode: 0o600 });
      file.on("error", this.#failed);
      this.#files.set(name, file);
    }
    file.write(bytes, () => written());
  }

  async close({ succeeded, failed }: { succeeded: readonly string[]; failed: readonly string[] }): Promise<void> {
    const lines = (names: readonly string[]) => names.map((name) => `${name}\n`).join("");
    await Promise.all(
      [...this.#files.values()].map((file) => {
        file.end();
        // What went wrong with it was told.
        return finished(file).catch(() => {});
      }),
    );
    await writeFile(join(this.#folder, "hosts.succeeded"), lines(succeeded));
    await writeFile(join(this.#folder, "hosts.failed"), lines(failed));
  }
}

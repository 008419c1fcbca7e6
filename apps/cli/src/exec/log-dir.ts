import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";

/** Names come from machines that nobody may trust: none of them leaves the folder. */
export const fileNameOf = (name: string): string => name.replace(/[^\w.-]/g, "_").replace(/^\.+/, "_") || "_";

/** A folder with what each node wrote, in files of their own, and who succeeded. */
export class LogDir {
  readonly #folder: string;
  readonly #files = new Map<string, WriteStream>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<LogDir> {
    await mkdir(folder, { recursive: true });
    return new LogDir(folder);
  }

  /** What a command writes may be secret: for the operator alone. */
  write(node: string, stream: "stdout" | "stderr", bytes: Uint8Array, written: () => void): void {
    const name = `${fileNameOf(node)}.${stream}`;
    let file = this.#files.get(name);
    if (!file) {
      file = createWriteStream(join(this.#folder, name), { mode: 0o600 });
      this.#files.set(name, file);
    }
    file.write(bytes, () => written());
  }

  async close({ succeeded, failed }: { succeeded: readonly string[]; failed: readonly string[] }): Promise<void> {
    const lines = (names: readonly string[]) => names.map((name) => `${name}\n`).join("");
    await writeFile(join(this.#folder, "hosts.succeeded"), lines(succeeded));
    await writeFile(join(this.#folder, "hosts.failed"), lines(failed));
    await Promise.all(
      [...this.#files.values()].map((file) => {
        file.end();
        return finished(file);
      }),
    );
  }
}

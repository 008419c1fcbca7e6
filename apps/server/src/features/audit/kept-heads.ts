import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Checkpoint, Signed } from "./audit-signer.ts";

const FILE = "audit-heads.json";

const Heads = z.array(
  z.object({
    chain: z.string(),
    seq: z.number().int(),
    hash: z.string(),
    created_at: z.string(),
    signature: z.string(),
  }),
);

/** The newest signed checkpoint of each chain, in DATA_DIR: who has only the database cannot cut a tail unseen. */
export class KeptHeads {
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = join(dataDir, FILE);
  }

  /** @throws Error when the file is not what we wrote */
  async read(): Promise<Map<string, Signed<Checkpoint>>> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map();
      throw error;
    }
    try {
      return new Map(Heads.parse(JSON.parse(text)).map((head) => [head.chain, head]));
    } catch (error) {
      throw new Error(`${this.#path} is damaged`, { cause: error });
    }
  }

  /** Whole or not at all, whenever the process dies. */
  async write(heads: ReadonlyMap<string, Signed<Checkpoint>>): Promise<void> {
    const scratch = `${this.#path}.new`;
    await writeFile(scratch, `${JSON.stringify([...heads.values()], null, 1)}\n`, { mode: 0o600, flush: true });
    await rename(scratch, this.#path);
  }
}

import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** This node's identity across restarts, kept in its DATA_DIR. */
export async function loadNodeId(dataDir: string): Promise<string> {
  const file = join(dataDir, "node-id");
  await writeFile(file, `${randomUUID()}\n`, { flag: "wx", mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return (await readFile(file, "utf8")).trim();
}

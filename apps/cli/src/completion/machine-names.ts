/** Names of machines for a shell that completes one. They are kept for a moment, because a key is pressed more than once. */
import { stat } from "node:fs/promises";
import { databaseApi } from "@sallyport/protocol";
import { z } from "zod";
import { readOptional, writePrivately } from "../settings/private-file.ts";
import { readSettings, type Settings } from "../settings/settings.ts";
import { signedIn } from "../signed-in.ts";

const KEEP_MS = 30_000;
/** Names come from machines, and go to a shell: what could mean anything there is not offered. */
const PLAIN_NAME = /^[\w][\w.-]*$/;

/** Says nothing when it cannot: a person is in the middle of a line. */
export async function printMachineNames(): Promise<void> {
  try {
    const settings = await readSettings({});
    const file = settings.signInFile.replace(/\.json$/, ".machines");
    const names = (await readKept(file)) ?? (await askNames(settings, file));
    process.stdout.write(names.map((name) => `${name}\n`).join(""));
  } catch {
    process.exitCode = 1;
  }
}

async function readKept(file: string): Promise<string[] | undefined> {
  const text = await readOptional(file);
  if (text === undefined || Date.now() - (await stat(file)).mtimeMs > KEEP_MS) return undefined;
  return text.split("\n").filter((name) => PLAIN_NAME.test(name));
}

async function askNames(settings: Settings, file: string): Promise<string[]> {
  const { api, orgId } = await signedIn(settings);
  const rows = await api.call(databaseApi.list, {
    params: { table: "machines" },
    query: { org_id: orgId, select: "name", order: "name" },
  });
  const names = rows
    .map((row) => z.object({ name: z.string() }).parse(row).name)
    .filter((name) => PLAIN_NAME.test(name));
  await writePrivately(file, names.join("\n"));
  return names;
}

import { existsSync } from "node:fs";
import { AppError, RemoteError } from "@sallyport/protocol";
import { readConfig } from "../config.ts";
import { AuditSigner, ChainAuditor, KeptHeads } from "../features/audit/index.ts";
import { operatorCommands } from "../features/operations/index.ts";
import { lockDataDir } from "../platform/db/embedded/lock-data-dir.ts";
import { clusterFolder } from "../platform/db/embedded/open-embedded-database.ts";
import { openStore } from "../platform/db/open-store.ts";
import { callLocalSocket } from "../platform/local/local-socket.ts";
import { Keyring, loadMasterSecret } from "../platform/secrets/keyring.ts";

type Name = keyof ReturnType<typeof operatorCommands>;
export type RunCommand = (name: Name, input: Record<string, unknown>) => Promise<unknown>;

/** Runs an operator's command in the server that is running on this DATA_DIR, or else on the database itself. */
export async function runOperatorCommand(name: Name, input: Record<string, unknown>): Promise<unknown> {
  const { dataDir } = readConfig(process.env);
  const answer = await callLocalSocket(dataDir, name, input);
  if (!answer) return withDatabase((run) => run(name, input));
  if (!answer.success) throw new RemoteError(0, answer.error);
  return answer.data;
}

/** The same for several commands that belong together: without a server, the database is opened once for all. */
export async function withOperator<Result>(work: (run: RunCommand) => Promise<Result>): Promise<Result> {
  const { dataDir } = readConfig(process.env);
  const isServed = (await callLocalSocket(dataDir, "", {})) !== undefined;
  return isServed ? work(runOperatorCommand) : withDatabase(work);
}

async function withDatabase<Result>(work: (run: RunCommand) => Promise<Result>): Promise<Result> {
  const config = readConfig(process.env);
  const { dataDir } = config;
  // A folder that is none of a server's must not become one, and its empty log not count as intact.
  if (config.databaseUrl === undefined && !existsSync(clusterFolder(dataDir))) {
    throw new AppError("NOT_FOUND", { what: `A database in ${dataDir} (set DATA_DIR or DATABASE_URL)` });
  }
  const lock = await lockDataDir(dataDir);
  try {
    const keyring = new Keyring(config.sessionTokenSecret ?? (await loadMasterSecret(dataDir)));
    const store = await openStore(config, lock);
    try {
      const { db } = store;
      const auditor = new ChainAuditor({ db, signer: new AuditSigner(keyring), kept: new KeptHeads(dataDir) });
      const commands = operatorCommands({ db, auditor, heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds });
      return await work((name, input) => commands[name](input));
    } finally {
      await store.close();
    }
  } finally {
    await lock.release();
  }
}

import { RemoteError } from "@sallyport/protocol";
import { readConfig } from "../config.ts";
import { operatorCommands } from "../features/operations/index.ts";
import { lockDataDir } from "../platform/db/embedded/lock-data-dir.ts";
import { openStore } from "../platform/db/open-store.ts";
import { callLocalSocket } from "../platform/local/local-socket.ts";

type Name = keyof ReturnType<typeof operatorCommands>;

/** Runs an operator's command in the server that is running on this DATA_DIR, or else on the database itself. */
export async function runOperatorCommand(name: Name, input: Record<string, unknown>): Promise<unknown> {
  const config = readConfig(process.env);
  const answer = await callLocalSocket(config.dataDir, name, input);
  if (answer) {
    if (!answer.success) throw new RemoteError(0, answer.error);
    return answer.data;
  }
  const lock = await lockDataDir(config.dataDir);
  try {
    const store = await openStore(config, lock);
    try {
      const { heartbeatTimeoutSeconds } = config;
      return await operatorCommands({ db: store.db, heartbeatTimeoutSeconds })[name](input);
    } finally {
      await store.close();
    }
  } finally {
    await lock.release();
  }
}

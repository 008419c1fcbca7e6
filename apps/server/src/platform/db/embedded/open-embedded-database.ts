import path from "node:path";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import type { PoolConfig } from "pg";
import { createCluster, hasCluster } from "./create-cluster.ts";
import { readOrMakeTemplate, templateFileOfThisVersion } from "./database-template.ts";
import { type DataDirLock, lockDataDir } from "./lock-data-dir.ts";
import { startWorker } from "./start-worker.ts";
import type { Durability, OrderToWorker, WorkerReport } from "./worker-messages.ts";
import { WorkerStream } from "./worker-stream.ts";

// Long enough for a queue behind one slow query. PGlite has one session, so code that asks the pool for a second
// connection inside a transaction waits for itself: this turns that hang into an error.
const CONNECTION_TIMEOUT_MS = 10_000;

export interface EmbeddedDatabaseOptions {
  /** The server's data folder. The cluster goes to `<dataDir>/pgdata`. */
  dataDir: string;
  /** tar.gz of an empty cluster of this PGlite version. Default: the one made at build time, else made now by initdb. */
  templateFile?: string;
  /** Default "power_loss". */
  durability?: Durability;
  /** A lock on dataDir that the caller holds and releases. Without it the database takes its own. */
  lock?: DataDirLock;
}

/** PostgreSQL (PGlite) on a thread of its own, for the ordinary pg driver. One session: a pool of one connection. */
export interface EmbeddedDatabase {
  /** Give this to `new pg.Pool(…)`, and listen to the pool's "error" event: a crash arrives there too. */
  readonly poolConfig: PoolConfig;
  /** Shuts PostgreSQL down cleanly, after the query that runs, and releases the folder. End the pool first: open connections break. */
  close(): Promise<void>;
  /** Called once when PostgreSQL dies by itself. Open connections then break and new ones fail: restart the process. */
  onCrash(listener: (error: Error) => void): void;
}

export const clusterFolder = (dataDir: string): string => path.join(dataDir, "pgdata");

/** Opens the cluster in `<dataDir>/pgdata`, creating it when there is none. Throws DataDirInUseError before touching it. */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { dataDir, templateFile = templateFileOfThisVersion(), durability = "power_loss" } = options;
  const lock = options.lock ?? (await lockDataDir(dataDir));
  const releaseLock = async () => {
    if (!options.lock) await lock.release();
  };
  try {
    const folder = clusterFolder(dataDir);
    if (!hasCluster(folder)) {
      const entries = await readOrMakeTemplate(templateFile, `${folder}.scratch`);
      createCluster(folder, entries, durability === "power_loss");
    }
    return new WorkerDatabase(await startWorker({ task: "serve", folder, durability }), releaseLock);
  } catch (error) {
    await releaseLock();
    throw error;
  }
}

class WorkerDatabase implements EmbeddedDatabase {
  readonly poolConfig: PoolConfig;
  readonly #worker: Worker;
  readonly #releaseLock: () => Promise<void>;
  readonly #ended: Promise<void>;
  readonly #crashListeners: ((error: Error) => void)[] = [];
  readonly #streams = new Set<WorkerStream>();
  // Settles when every connection made so far is closed: sessions follow each other, they never share.
  #sessionsBefore: Promise<void> = Promise.resolve();
  #refusal: Error | undefined;
  #isClosing = false;

  constructor(worker: Worker, releaseLock: () => Promise<void>) {
    this.#worker = worker;
    this.#releaseLock = releaseLock;
    this.#ended = new Promise((resolve) => worker.once("exit", () => resolve()));
    worker.on("message", (report: WorkerReport) => {
      if (report.kind === "failed") this.#crash(brokenConnection(`the embedded database failed: ${report.reason}`));
    });
    worker.on("error", ({ message }) => this.#crash(brokenConnection(`the embedded database failed: ${message}`)));
    worker.on("exit", (code) =>
      this.#crash(brokenConnection(`the embedded database's thread ended with code ${code}`)),
    );
    this.poolConfig = {
      stream: () => this.#connect(),
      max: 1,
      // One session for the process's whole life: a new one would cost a reset and its prepared statements.
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
      // Written out, so that PG… variables meant for another server are not read.
      host: "embedded",
      user: "postgres",
      password: "unused",
      database: "postgres",
      ssl: false,
    };
  }

  onCrash(listener: (error: Error) => void): void {
    this.#crashListeners.push(listener);
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#refusal = brokenConnection("the embedded database is closed");
      // No error: a client that is ending says goodbye at this moment, any other notices by itself.
      for (const stream of this.#streams) stream.destroy();
      this.#order({ kind: "close" });
    }
    await this.#ended;
    await this.#releaseLock();
  }

  #connect(): WorkerStream {
    const before = this.#sessionsBefore;
    const stream = new WorkerStream(async () => {
      await before;
      return this.#openSession();
    });
    this.#streams.add(stream);
    const closed = new Promise<void>((resolve) => stream.once("close", resolve));
    this.#sessionsBefore = before.then(() => closed);
    stream.once("close", () => this.#streams.delete(stream));
    return stream;
  }

  #openSession(): MessagePort {
    if (this.#refusal) throw this.#refusal;
    const { port1, port2 } = new MessageChannel();
    this.#order({ kind: "connect", port: port2 });
    return port1;
  }

  #order(order: OrderToWorker): void {
    this.#worker.postMessage(order, order.kind === "connect" ? [order.port] : []);
  }

  #crash(error: Error): void {
    if (this.#refusal) return;
    this.#refusal = error;
    for (const stream of this.#streams) stream.destroy(error);
    for (const listener of this.#crashListeners) listener(error);
  }
}

/** What a socket says when its server goes away: callers tell "unreachable" from "wrong query" by this code. */
function brokenConnection(message: string): Error {
  return Object.assign(new Error(message), { code: "ECONNRESET" });
}

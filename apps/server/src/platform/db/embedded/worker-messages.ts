import type { MessagePort } from "node:worker_threads";

/**
 * What an acknowledged commit survives. "power_loss" lets PostgreSQL sync its files as it does on a server;
 * "process_death" leaves that to the kernel, which is quicker, survives kill -9, and suits throw-away databases in tests.
 */
export type Durability = "power_loss" | "process_death";

/** What a database worker is started for: `create` makes the files of a new cluster and ends, `serve` opens them. */
export interface WorkerTask {
  task: "create" | "serve";
  folder: string;
  durability: Durability;
}

export type OrderToWorker = { kind: "connect"; port: MessagePort } | { kind: "close" };

/** `failed` is the worker's last message: its PostgreSQL can no longer be trusted and the thread ends. */
export type WorkerReport = { kind: "ready" } | { kind: "failed"; reason: string };

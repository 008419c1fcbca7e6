import { Worker } from "node:worker_threads";
import type { WorkerReport, WorkerTask } from "./worker-messages.ts";

/** Starts a thread for `task` and returns it once PGlite has opened (serve) or made (create) the cluster. Rejects with PostgreSQL's reason. */
export function startWorker(task: WorkerTask): Promise<Worker> {
  // None of this process's flags: the worker is plain JavaScript, whatever loads our sources.
  const worker = new Worker(new URL("./pglite-worker.js", import.meta.url), { workerData: task, execArgv: [] });
  return new Promise((resolve, reject) => {
    const settle = () => {
      worker.off("message", onReport);
      worker.off("error", onError);
      worker.off("exit", onExit);
    };
    const onReport = (report: WorkerReport) => {
      settle();
      if (report.kind === "ready") resolve(worker);
      else reject(new Error(`the database in ${task.folder} did not open: ${report.reason}`));
    };
    const onError = (error: Error) => {
      settle();
      reject(error);
    };
    const onExit = (code: number) => {
      settle();
      reject(new Error(`the database worker ended with code ${code} before it was ready`));
    };
    worker.on("message", onReport);
    worker.on("error", onError);
    worker.on("exit", onExit);
  });
}

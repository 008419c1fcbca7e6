// The thread that PGlite lives in: opens the cluster and answers wire-protocol batches, one session at a time.
// Plain JavaScript, because Node 20 must start it both from dist and, in unit tests, from the sources.
import { parentPort, workerData } from "node:worker_threads";
import { openPglite } from "./open-pglite.js";
import { keepUp } from "./upkeep.js";

/** @import { PGlite } from "@electric-sql/pglite" */
/** @import { MessagePort } from "node:worker_threads" */
/** @import { OrderToWorker, WorkerReport, WorkerTask } from "./worker-messages.ts" */

// Emscripten's exit status for "a query failed": PGlite turns it into an ErrorResponse and goes on.
const QUERY_FAILED_STATUS = 100;
// Large answers leave in pieces of this size, so that the main thread never parses more than one at a time.
const ANSWER_PIECE_BYTES = 256 * 1024;
// Bounds how much log a burst of writes leaves behind; a round costs two queries of a millisecond.
const UPKEEP_INTERVAL_MS = 10_000;
const SYNC = Buffer.from("S\0\0\0\x04");
const FLUSH = Buffer.from("H\0\0\0\x04");

const { task, folder, durability } = /** @type {WorkerTask} */ (workerData);
/** What PostgreSQL said when it gave up. @type {string | undefined} */
let lastWords;
// Everything that touches PGlite takes its turn here.
let lastTurn = Promise.resolve();
let isUpkeepDue = false;
// pg-cursor and the like: the last batch ended with Flush, so the client's query goes on in the next one.
let isMidQuery = false;

/** @param {WorkerReport} report */
const tell = (report) => parentPort?.postMessage(report);

/** Ends the thread at once, even out of PGlite's own catch blocks. @param {unknown} error */
function fail(error) {
  // Emscripten's errors are not Errors.
  const message = typeof error === "object" && error && "message" in error ? error.message : error;
  tell({ kind: "failed", reason: lastWords ? `${lastWords} (${message})` : String(message) });
  process.exit(1);
}

/** @param {() => unknown} action */
function takeTurn(action) {
  lastTurn = lastTurn.then(action).then(undefined, fail);
}

/**
 * PGlite swallows whatever its server's main loop throws and would go on with a broken one, or spin for ever.
 * @param {PGlite} pglite
 */
function failOnUnknownErrors(pglite) {
  const module = pglite.Module;
  const handleMessage = module._PostgresMainLoopOnce;
  module._PostgresMainLoopOnce = () => {
    try {
      handleMessage();
    } catch (error) {
      const status = typeof error === "object" && error && "status" in error ? error.status : undefined;
      if (status !== QUERY_FAILED_STATUS) fail(error);
      throw error;
    }
  };
}

/**
 * @param {PGlite} pglite
 * @param {MessagePort} port
 * @param {Uint8Array} batch
 */
async function answer(pglite, port, batch) {
  isUpkeepDue = true;
  isMidQuery = FLUSH.equals(batch.subarray(-FLUSH.length));
  /** @type {Uint8Array[]} */
  let pieces = [];
  let pieceBytes = 0;
  const send = () => {
    const bytes = new Uint8Array(pieceBytes);
    Buffer.concat(pieces).copy(bytes);
    port.postMessage(bytes, [bytes.buffer]);
    pieces = [];
    pieceBytes = 0;
  };
  await pglite.execProtocolRawStream(batch, {
    syncToFs: false,
    onRawData: (bytes) => {
      // A copy: what PGlite shows is its own memory, which the next bytes overwrite.
      pieces.push(bytes.slice());
      pieceBytes += bytes.length;
      if (pieceBytes >= ANSWER_PIECE_BYTES) send();
    },
  });
  if (pieceBytes > 0) send();
}

/**
 * PGlite has one session for its whole life, so what the last client left behind (an open transaction, named
 * statements, settings) is cleared before the next one is served. Sync first: a client that left in the middle of a
 * failed batch has the server skip everything up to one.
 * @param {PGlite} pglite
 */
async function forgetLastSession(pglite) {
  isMidQuery = false;
  await pglite.execProtocolRaw(SYNC, { syncToFs: false });
  // Two calls: together they would be one transaction, in which DISCARD ALL is not allowed.
  await pglite.exec("ROLLBACK");
  await pglite.exec("DISCARD ALL");
}

/** @param {PGlite} pglite */
async function keepUpWhenIdle(pglite) {
  if (!isUpkeepDue || isMidQuery || pglite.isInTransaction()) return;
  isUpkeepDue = false;
  // What fails here (a full disk, say) fails the next query too, which can report it; the next round tries again.
  await keepUp(pglite).catch(() => {});
}

/** @param {PGlite} pglite */
function serve(pglite) {
  failOnUnknownErrors(pglite);
  setInterval(() => takeTurn(() => keepUpWhenIdle(pglite)), UPKEEP_INTERVAL_MS);
  parentPort?.on("message", (/** @type {OrderToWorker} */ order) => {
    if (order.kind === "connect") {
      const { port } = order;
      takeTurn(() => forgetLastSession(pglite));
      port.on("message", (batch) => takeTurn(() => answer(pglite, port, batch)));
    } else {
      // A clean shutdown, with a checkpoint.
      takeTurn(async () => {
        await pglite.close();
        process.exit(0);
      });
    }
  });
}

try {
  const pglite = await openPglite({
    folder,
    durability,
    onFatal: (line) => {
      lastWords = line;
    },
  });
  if (task === "serve") serve(pglite);
  else await pglite.close();
  tell({ kind: "ready" });
} catch (error) {
  fail(error);
}

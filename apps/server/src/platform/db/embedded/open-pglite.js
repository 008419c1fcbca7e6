import { setFlagsFromString } from "node:v8";
import { PGlite } from "@electric-sql/pglite";
import { ClusterFS } from "./cluster-fs.js";

/** @import { Durability } from "./worker-messages.ts" */

// PostgreSQL's start runs thousands of functions a few times each, and V8 would compile them all a second time, for a
// second of a core, before they run again. What is used often still is, soon after.
setFlagsFromString("--wasm-tiering-budget=36000000");

/**
 * Opens the cluster in `folder`, or makes one there when it is empty.
 * @param {{
 *   folder: string,
 *   durability: Durability,
 *   fs?: ClusterFS,
 *   onFatal?: (line: string) => void,
 * }} options
 */
export function openPglite({ folder, durability, fs = new ClusterFS(folder), onFatal }) {
  return PGlite.create({
    fs,
    startParams: [
      // Its default -F would turn fsync off and cannot be overridden.
      ...PGlite.defaultStartParams.filter((param) => param !== "-F"),
      ...setting("fsync", durability === "power_loss" ? "on" : "off"),
      // The one sync that ClusterFS can see.
      ...setting("wal_sync_method", "fsync"),
      // Not 128 MB: the process takes some 150 MB less, and the kernel's cache serves as the second level.
      ...setting("shared_buffers", "16MB"),
      // Log files kept for reuse after a checkpoint: two to four of 16 MB, as upkeep.js makes one every 16 MB or so.
      ...setting("min_wal_size", "32MB"),
      ...setting("max_wal_size", "64MB"),
    ],
    onStderr: (line) => {
      if (/ \[\d+\] (FATAL|PANIC): /.test(line)) onFatal?.(line);
      return false;
    },
  });
}

/**
 * @param {string} name
 * @param {string} value
 */
function setting(name, value) {
  return ["-c", `${name}=${value}`];
}

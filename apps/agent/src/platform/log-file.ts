import { openSync, renameSync, statSync } from "node:fs";
import { errorCode } from "./error-code.ts";

/** At start, a larger log becomes `agent.log.1`; so two of them is all that ever lies around. */
const LOG_FILE_BYTES = 5 * 1024 * 1024;

/** Opens the log for appending; several processes may, because a line is one write. */
export function openLogFile(path: string): number {
  try {
    if (statSync(path).size > LOG_FILE_BYTES) renameSync(path, `${path}.1`);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  return openSync(path, "a", 0o600);
}

import { AppError, ERRORS, exitStatus, RemoteError } from "@sallyport/protocol";
import { ConfigError } from "../config.ts";
import { DataDirInUseError } from "../platform/db/embedded/lock-data-dir.ts";

/** Says on standard error what went wrong, in words; resolves to the exit status. */
export function reportFailure(error: unknown): number {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  if (error instanceof DataDirInUseError) {
    process.stderr.write(`${error.message}\n`);
    return ERRORS.DATA_DIR_IN_USE.exit;
  }
  if (error instanceof AppError || error instanceof RemoteError) {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return exitStatus(error.code);
  }
  if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR")) {
    process.stderr.write(`A file could not be read: ${error.message}\n`);
    return 1;
  }
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    process.stderr.write(`The address is in use by another program: ${error.message}. Choose another with PORT.\n`);
    return 1;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

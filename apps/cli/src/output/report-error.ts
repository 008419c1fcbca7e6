import { AppError, exitStatus, RemoteError } from "@sallyport/protocol";

/** Says what went wrong on standard error, in one line; returns the exit status. */
export function reportError(error: unknown): number {
  if (error instanceof AppError && error.cause === "not signed in") {
    process.stderr.write("Not signed in. Run: gatekey-admin login --email you@example.com\n");
    return exitStatus(error.code);
  }
  if (error instanceof AppError || error instanceof RemoteError) {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return error.code === "UNREACHABLE" ? 255 : exitStatus(error.code);
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}

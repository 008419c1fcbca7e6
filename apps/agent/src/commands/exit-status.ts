import { AppError, exitStatus, RemoteError } from "@sallyport/protocol";
import { UsageError } from "../usage-error.ts";

export const EXIT_USAGE = 2;
export const EXIT_NOT_REGISTERED = 3;
export const EXIT_CONFLICT = 5;
/** Not connected to the control plane at the moment. */
export const EXIT_TRY_LATER = 6;
const EXIT_NO_CONNECTION = 255;

/** The exit status for a failure: the catalogue's for its codes, 255 when nobody answered, 1 for the unexpected. */
export function exitStatusOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT_USAGE;
  if (error instanceof RemoteError && error.code === "UNREACHABLE") return EXIT_NO_CONNECTION;
  if (error instanceof RemoteError || error instanceof AppError) return exitStatus(error.code);
  return 1;
}

import { AppError, exitStatus, RemoteError } from "@sallyport/protocol";
import { CommanderError } from "commander";
import { encode, type Format } from "./format.ts";
import { plain } from "./plain.ts";

/** What is said of a failure, in every format. */
interface Report {
  code: string;
  message: string;
  data?: Readonly<Record<string, unknown>>;
}

/**
 * Says what went wrong on standard error: `CODE: message` for people, `{error: {code, message, data}}` for programs.
 * Returns the exit status.
 */
export function reportError(error: unknown, format: Format): number {
  const report = describe(error);
  process.stderr.write(
    format === "table" ? `${report.code}: ${plain(report.message)}\n` : encode({ error: report }, format),
  );
  return report.code === "UNREACHABLE" ? 255 : exitStatus(report.code);
}

function describe(error: unknown): Report {
  if (error instanceof AppError || error instanceof RemoteError) {
    const { code, message } = error;
    // The message is the reason already.
    const { reason: _, ...data } = error.data as Readonly<Record<string, unknown>>;
    return { code, message, ...(Object.keys(data).length > 0 && { data }) };
  }
  if (error instanceof CommanderError) {
    const message = error.message
      .replace(/^error: /, "")
      .replace(/\.$/, "")
      .replaceAll("\n", " ");
    return { code: "INVALID_INPUT", message: `${message}; --help shows what can be said` };
  }
  return { code: "INTERNAL_ERROR", message: error instanceof Error ? error.message : String(error) };
}

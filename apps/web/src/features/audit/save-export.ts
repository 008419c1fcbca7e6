import { auditExport, RemoteError } from "@sallyport/protocol";
import { signedIn } from "../../api/client.ts";
import { t } from "../../lib/texts.ts";
import { type AuditFilter, filterInput } from "./audit-filter.ts";

export type ExportFormat = "jsonl" | "csv";

/** How long the browser may take to take the file over. */
const KEPT_MS = 60_000;

interface SaveOptions {
  format: ExportFormat;
  /** Bytes that have come so far. */
  onProgress: (bytes: number) => void;
  signal: AbortSignal;
}

/** Fetches what the filter lets through, and hands it to the browser as a file. Resolves to the number of bytes. */
export async function saveExport(
  orgId: string,
  filter: AuditFilter,
  { format, onProgress, signal }: SaveOptions,
): Promise<number> {
  const query = { org_id: orgId, format, ...filterInput(filter, Date.now()) };
  const response = await signedIn((client) => client.download(auditExport, query, signal));
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? `audit.${format}`;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      parts.push(piece.value);
      bytes += piece.value.length;
      onProgress(bytes);
    }
  } catch (cause) {
    throw new RemoteError(0, {
      code: "UNREACHABLE",
      message: t("the export broke off ({{cause}})", { cause: String(cause) }),
    });
  }
  const address = URL.createObjectURL(new Blob(parts, { type: response.headers.get("content-type") ?? "" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Not at once: a browser may ask where to put it before it reads it.
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
  return bytes;
}

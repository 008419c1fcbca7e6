import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { errorMessage } from "../../api/errors.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button, Choice, Dialog, Notice, useToast } from "../../ui/index.tsx";
import { type AuditFilter, describeFilter } from "./audit-filter.ts";
import { type ExportFormat, saveExport } from "./save-export.ts";

interface ExportDialogProps {
  orgId: string;
  filter: AuditFilter;
  onClose: () => void;
}

const HINTS: Record<ExportFormat, string> = {
  jsonl: t(
    "One JSON object a line, with hashes. An export of everything proves elsewhere what was written here: sallyport audit verify --against FILE.",
  ),
  csv: t("For spreadsheets. The metadata is one column of JSON."),
};

const size = (bytes: number): string =>
  bytes < 1e6
    ? t("{{value}} kB", { value: Math.ceil(bytes / 1e3) })
    : t("{{value}} MB", { value: (bytes / 1e6).toFixed(1) });

/** Saves what the filter lets through as a file. */
export function ExportDialog({ orgId, filter, onClose }: ExportDialogProps) {
  const toast = useToast();
  const [format, setFormat] = useState<ExportFormat>("jsonl");
  const [bytes, setBytes] = useState(0);
  const running = useRef<AbortController>(undefined);
  const save = useMutation({
    mutationFn: () => {
      running.current = new AbortController();
      setBytes(0);
      return saveExport(orgId, filter, { format, onProgress: setBytes, signal: running.current.signal });
    },
    onSuccess: (total) => {
      toast(t("Exported {{total}}", { total: size(total) }));
      onClose();
    },
  });
  useEffect(() => () => running.current?.abort(), []);
  const parts = describeFilter(filter);

  return (
    <Dialog
      title={t("Export the audit log")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button look="primary" busy={save.isPending} onClick={() => save.mutate()}>
            {t("Download")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <p className="wrap-anywhere text-ink-2">
          {parts.length === 0
            ? t("Every entry, oldest first.")
            : rich(
                t("What matches now, oldest first: <0>."),
                <bdi className="text-ink">{parts.map(({ name, words }) => `${name}: ${words}`).join("; ")}</bdi>,
              )}{" "}
          {t("That you exported is recorded, too.")}
        </p>
        <div className="grid justify-items-start gap-2">
          <Choice
            label={t("Format")}
            options={[
              { value: "jsonl", words: t("JSON lines") },
              { value: "csv", words: "CSV" },
            ]}
            value={format}
            onChange={setFormat}
          />
          <p className="text-ink-3 text-sm">{HINTS[format]}</p>
        </div>
        <p className="text-ink-2 text-sm tabular-nums empty:hidden" role="status">
          {save.isPending && bytes > 0 && t("{{bytes}} so far", { bytes: size(bytes) })}
        </p>
        {save.isError && <Notice tone="danger" title={errorMessage(save.error)} />}
      </div>
    </Dialog>
  );
}

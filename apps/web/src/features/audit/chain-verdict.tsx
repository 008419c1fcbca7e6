import { errorMessage } from "../../api/errors.ts";
import { timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { Button, Notice } from "../../ui/index.tsx";
import { type ChainReport, describeChain } from "./chain-words.ts";

interface ChainVerdictProps {
  report: ChainReport | undefined;
  checkedAtMs: number;
  error: Error | null;
  /** Opens the entry that does not hold. */
  onOpen: (seq: number) => void;
}

/** What the last check of the chain found. */
export function ChainVerdict({ report, checkedAtMs, error, onOpen }: ChainVerdictProps) {
  const nowMs = useNow();
  if (error) {
    return (
      <Notice tone="warn" title={t("The chain could not be checked")}>
        {errorMessage(error)}
      </Notice>
    );
  }
  if (!report) return null;
  const { title, detail } = describeChain(report);
  const { fault } = report;
  return (
    <Notice
      tone={fault ? "danger" : "ok"}
      title={title}
      action={
        fault && (
          <Button size="small" onClick={() => onOpen(fault.seq)}>
            {t("Show entry {{seq}}", { seq: fault.seq })}
          </Button>
        )
      }
    >
      {t("{{detail}} Checked {{value}}.", { detail, value: timeAgo(new Date(checkedAtMs).toISOString(), nowMs) })}
    </Notice>
  );
}

import { t } from "../../lib/texts.ts";
import { Button, Dialog } from "../../ui/index.tsx";
import type { RunRequest } from "./live-runs.ts";
import { timeoutWords } from "./timeouts.ts";

const NAMES_SHOWN = 8;

interface ConfirmRunDialogProps {
  request: RunRequest;
  onRun: () => void;
  onClose: () => void;
}

/** Asks before a command is run on more than one machine. */
export function ConfirmRunDialog({ request, onRun, onClose }: ConfirmRunDialogProps) {
  const { command, timeoutSeconds, targets } = request;
  const limit = timeoutWords(timeoutSeconds);
  const more = targets.length - NAMES_SHOWN;
  return (
    <Dialog
      title={t("Run on {{number}} machines?", { number: targets.length })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button look="primary" onClick={onRun} autoFocus>
            {t("Run on {{number}} machines", { number: targets.length })}
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-ink-2">
        <pre className="max-h-48 overflow-hidden whitespace-pre-wrap wrap-anywhere rounded-md bg-sunken px-3 py-2 font-mono text-ink text-sm">
          {command}
        </pre>
        <p className="text-sm">
          {limit === undefined
            ? t("Runs as the account of each machine's agent, without a time limit, and is recorded in the audit log.")
            : t(
                "Runs as the account of each machine's agent, for {{limit}} at most, and is recorded in the audit log.",
                {
                  limit,
                },
              )}
        </p>
        <p className="wrap-anywhere text-sm">
          {targets
            .slice(0, NAMES_SHOWN)
            .map(({ name }) => name)
            .join(", ")}
          {more > 0 && t(" and {{more}} more", { more })}
        </p>
      </div>
    </Dialog>
  );
}

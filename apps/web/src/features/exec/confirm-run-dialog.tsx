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
      title={`Run on ${targets.length} machines?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={onRun} autoFocus>
            Run on {targets.length} machines
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-ink-2">
        <pre className="max-h-48 overflow-hidden whitespace-pre-wrap wrap-anywhere rounded-md bg-sunken px-3 py-2 font-mono text-ink text-sm">
          {command}
        </pre>
        <p className="text-sm">
          Runs as the account of each machine's agent
          {limit === undefined ? ", without a time limit" : `, for ${limit} at most`}, and is recorded in the audit log.
        </p>
        <p className="wrap-anywhere text-sm">
          {targets
            .slice(0, NAMES_SHOWN)
            .map(({ name }) => name)
            .join(", ")}
          {more > 0 && ` and ${more} more`}
        </p>
      </div>
    </Dialog>
  );
}

import type { ReactNode } from "react";
import { errorMessage } from "../../api/errors.ts";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Notice } from "../../ui/index.tsx";

interface ConfirmDialogProps {
  title: string;
  /** What the button says that does it. */
  button: string;
  look?: "danger" | "primary";
  /** What is done; how it failed is shown. */
  act: { isPending: boolean; error: Error | null; mutate: () => void };
  /** It cannot be done yet. */
  disabled?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something is done that is not easily undone. Enter at once does nothing. */
export const ConfirmDialog = ({
  title,
  button,
  look = "danger",
  act,
  disabled,
  onClose,
  children,
}: ConfirmDialogProps) => (
  <Dialog
    title={title}
    onClose={onClose}
    footer={
      <>
        <Button onClick={onClose} autoFocus>
          {t("Cancel")}
        </Button>
        <Button look={look} busy={act.isPending} disabled={disabled} onClick={() => act.mutate()}>
          {button}
        </Button>
      </>
    }
  >
    <div className="grid gap-3 text-ink-2">
      {children}
      {act.error && <Notice tone="danger" title={errorMessage(act.error)} />}
    </div>
  </Dialog>
);

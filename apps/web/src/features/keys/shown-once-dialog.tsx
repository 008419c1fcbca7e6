import { type ReactNode, useState } from "react";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Notice } from "../../ui/index.tsx";

interface ShownOnceDialogProps {
  title: string;
  /** What is shown; tells when somebody has copied it. */
  children: (onCopied: () => void) => ReactNode;
  onClose: () => void;
}

/** Shows what exists nowhere else, and asks before it is gone if nobody has copied it. */
export function ShownOnceDialog({ title, children, onClose }: ShownOnceDialogProps) {
  const [isCopied, setIsCopied] = useState(false);
  const [isLeaving, setIsLeaving] = useState(false);
  const leave = () => (isCopied ? onClose() : setIsLeaving(true));

  return (
    <Dialog
      title={title}
      size="wide"
      onClose={leave}
      footer={
        isLeaving && !isCopied ? (
          <>
            <p role="alert" className="mr-auto self-center font-medium text-ink text-sm">
              {t("It was not copied, and is lost when you close this.")}
            </p>
            <Button onClick={() => setIsLeaving(false)} autoFocus>
              {t("Keep it open")}
            </Button>
            <Button look="danger" onClick={onClose}>
              {t("Close anyway")}
            </Button>
          </>
        ) : (
          <Button look={isCopied ? "primary" : "plain"} onClick={leave}>
            {t("Done")}
          </Button>
        )
      }
    >
      <div className="grid gap-4">
        <Notice tone="warn" title={t("Copy it now: it will not be shown again")}>
          {t("Only its fingerprint is kept here. One that is lost is made anew.")}
        </Notice>
        {children(() => setIsCopied(true))}
      </div>
    </Dialog>
  );
}

import { t } from "../../lib/texts.ts";
import { Button, Dialog } from "../../ui/index.tsx";
import { safeLink } from "./hostile-text.ts";

interface LinkDialogProps {
  address: string;
  onOpen: () => void;
  onClose: () => void;
}

/** A program can write any words over any address, so the address is shown before it is opened. */
export function LinkDialog({ address, onOpen, onClose }: LinkDialogProps) {
  const href = safeLink(address);
  return (
    <Dialog
      title={href ? t("Open this link?") : t("This link is not opened")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{href ? t("Cancel") : t("Close")}</Button>
          {href && (
            <Button
              look="primary"
              autoFocus
              onClick={() => {
                onOpen();
                onClose();
              }}
            >
              {t("Open in a new tab")}
            </Button>
          )}
        </>
      }
    >
      <p className="text-ink-2">
        {href
          ? t("A program on the machine wrote this link. It leads to:")
          : t("Only http and https addresses are opened.")}
      </p>
      <p className="mt-3 break-all rounded-md bg-sunken px-3 py-2 font-mono text-sm">
        <bdi>{href ?? address}</bdi>
      </p>
    </Dialog>
  );
}

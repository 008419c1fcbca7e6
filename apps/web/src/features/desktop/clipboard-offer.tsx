import { Copy, X } from "lucide-react";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button, IconButton } from "../../ui/index.tsx";

interface ClipboardOfferProps {
  text: string;
  onCopy: () => void;
  onClose: () => void;
}

/** What was copied on the machine, where the browser wants a press before it is copied here. */
export const ClipboardOffer = ({ text, onCopy, onClose }: ClipboardOfferProps) => (
  <div
    role="status"
    className="absolute bottom-3 left-1/2 z-10 flex w-max max-w-[calc(100%-1.5rem)] -translate-x-1/2 animate-rise items-center gap-1.5 rounded-lg bg-raised py-1.5 pr-1.5 pl-3 text-sm shadow-float"
  >
    <span className="min-w-0 truncate text-ink-2">
      {rich(t("Copied on the machine: <0>"), <bdi className="text-ink">{text.slice(0, SHOWN_CHARS)}</bdi>)}
    </span>
    <Button size="small" icon={<Copy className="size-3.5" aria-hidden="true" />} onClick={onCopy}>
      {t("Copy here")}
    </Button>
    <IconButton label={t("Do not copy")} onClick={onClose}>
      <X className="size-3.5" aria-hidden="true" />
    </IconButton>
  </div>
);

const SHOWN_CHARS = 40;

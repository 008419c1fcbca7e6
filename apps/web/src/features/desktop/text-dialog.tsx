import { useState } from "react";
import { t } from "../../lib/texts.ts";
import { Button, Dialog } from "../../ui/index.tsx";

interface TextDialogProps {
  mayType: boolean;
  mayPaste: boolean;
  onType: (text: string) => void;
  onPaste: (text: string) => void;
  onClose: () => void;
}

/** For text that cannot be pasted: where the browser keeps the clipboard, or the machine's program takes none. */
export function TextDialog({ mayType, mayPaste, onType, onPaste, onClose }: TextDialogProps) {
  const [text, setText] = useState("");
  const send = (by: (text: string) => void) => () => {
    by(text);
    onClose();
  };
  return (
    <Dialog
      title={t("Send text to the machine")}
      onClose={onClose}
      footer={
        <>
          {mayPaste && (
            <Button look={mayType ? "plain" : "primary"} disabled={text === ""} onClick={send(onPaste)}>
              {t("Put on its clipboard")}
            </Button>
          )}
          {mayType && (
            <Button look="primary" disabled={text === ""} onClick={send(onType)}>
              {t("Type it")}
            </Button>
          )}
        </>
      }
    >
      <textarea
        aria-label={t("Text")}
        rows={5}
        autoFocus
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
        className="w-full resize-y rounded-lg border border-line-strong bg-surface px-3 py-2 font-mono text-sm leading-relaxed focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 pointer-coarse:text-lg"
      />
      <p className="mt-2 text-ink-3 text-xs">{t("Typed text goes to whatever has the focus on the machine.")}</p>
    </Dialog>
  );
}

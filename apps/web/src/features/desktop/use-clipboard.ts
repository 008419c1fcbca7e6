import type { DesktopInput } from "@sallyport/protocol";
import { useMemo, useState } from "react";
import { copyText } from "../../lib/clipboard.ts";
import { t } from "../../lib/texts.ts";
import { ClipboardBridge } from "./clipboard-bridge.ts";
import type { Said } from "./use-desktop.ts";

interface DesktopClipboard {
  bridge: ClipboardBridge;
  /** A part of what was copied on the machine. */
  take: (part: Said<"clipboard">) => void;
  /** Text of the machine that the browser copies only after a press. */
  offered: string | undefined;
  copyOffered: () => void;
  dropOffered: () => void;
}

/** Copies here what was copied on the machine: at once where the browser allows it, otherwise after a press. */
export function useClipboard(send: (message: DesktopInput) => void, toast: (text: string) => void): DesktopClipboard {
  const bridge = useMemo(() => new ClipboardBridge(send), [send]);
  const [offered, setOffered] = useState<string>();

  const take = (part: Said<"clipboard">) => {
    const text = bridge.fromMachine(part);
    if (text === undefined) return;
    void copyQuietly(text).then((done) => {
      setOffered(done ? undefined : text);
      if (done) toast(t("Copied from the machine"));
    });
  };
  const copyOffered = () => {
    if (offered === undefined) return;
    void copyText(offered).then((done) => {
      if (done) setOffered(undefined);
      toast(done ? t("Copied") : t("The browser refused to copy"));
    });
  };
  return { bridge, take, offered, copyOffered, dropOffered: () => setOffered(undefined) };
}

/** Only as browsers offer it for that: the older way would take the focus, and with it keys that are held. */
async function copyQuietly(text: string): Promise<boolean> {
  if (!window.isSecureContext || !document.hasFocus()) return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

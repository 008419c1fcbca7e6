import type { DesktopInput, DesktopOutput } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import { ClipboardJoiner, clipboardParts, textBytes } from "./clipboard-parts.ts";

export type ClipboardRights = Extract<DesktopOutput, { type: "rights" }>["clipboard"];

export type SendOutcome =
  | { outcome: "sent" }
  /** `message` is for the person who copied. */
  | { outcome: "refused"; message: string };

/** Text that is copied here or there, and pasted there or here, within what the machine allows. */
export class ClipboardBridge {
  readonly #send: (message: DesktopInput) => void;
  readonly #joiner = new ClipboardJoiner();
  #rights: ClipboardRights = { to_machine: false, from_machine: false, max_bytes: 0 };
  #copies = 0;
  /** What both sides have: sending it again would take away a richer copy on the machine. */
  #last: string | undefined;

  constructor(send: (message: DesktopInput) => void) {
    this.#send = send;
  }

  setRights(rights: ClipboardRights): void {
    this.#rights = rights;
  }

  /** Another desktop process knows nothing of what was sent. */
  forget(): void {
    this.#last = undefined;
  }

  toMachine(text: string): SendOutcome {
    const { to_machine, max_bytes } = this.#rights;
    if (!to_machine) return { outcome: "refused", message: t("This machine takes nothing from your clipboard") };
    const bytes = textBytes(text);
    if (bytes > max_bytes) {
      return {
        outcome: "refused",
        message: t("Too much to paste: {{bytes}}; this machine takes {{max_bytes}}", {
          bytes: sizeWords(bytes),
          max_bytes: sizeWords(max_bytes),
        }),
      };
    }
    if (text === this.#last) return { outcome: "sent" };
    this.#last = text;
    this.#copies += 1;
    for (const part of clipboardParts(this.#copies, text)) this.#send(part);
    return { outcome: "sent" };
  }

  /** A part from the machine; the whole text when it is the last one. */
  fromMachine(part: Extract<DesktopOutput, { type: "clipboard" }>): string | undefined {
    const text = this.#joiner.take(part);
    if (text !== undefined) this.#last = text;
    return text;
  }
}

const sizeWords = (bytes: number): string =>
  bytes < 1_000
    ? t("{{bytes}} bytes", { bytes })
    : bytes < 1_000_000
      ? t("{{value}} kB", { value: Math.round(bytes / 1_000) })
      : t("{{value}} MB", { value: (bytes / 1_000_000).toFixed(1) });

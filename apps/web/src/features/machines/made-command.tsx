import type { Membership } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import { SecretText } from "../keys/index.ts";
import { KeyArrivals } from "./arrivals.tsx";

interface MadeCommandProps {
  org: Membership;
  keyId: string;
  text: string;
  isCopied: boolean;
  /** Whether the key is good for one machine only. */
  isOne: boolean;
}

/** What is to be pasted on the machine, once; and the machine, when it has come. */
export const MadeCommand = ({ org, keyId, text, isCopied, isOne }: MadeCommandProps) => (
  <div className="grid gap-4">
    <p className="text-ink-2" role="status">
      {isCopied ? <strong className="font-medium text-ink">{t("Copied.")}</strong> : t("Copy it now.")}{" "}
      {t(
        "Paste it into a terminal on the machine, in a copy of the Sallyport repository. The key inside is not shown again.",
      )}
    </p>
    <SecretText
      label={t("Enrolment command")}
      labelHidden
      text={text}
      copy={isCopied ? t("Copy again") : t("Copy the command")}
    />
    <div className="border-line border-t pt-4">
      <KeyArrivals org={org} keyId={keyId} isOne={isOne} />
    </div>
  </div>
);

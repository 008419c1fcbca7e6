import { isReadableOnTheWay } from "@sallyport/client";
import type { Membership } from "@sallyport/protocol";
import { type FormEvent, useState } from "react";
import { t } from "../../lib/texts.ts";
import { Button, Notice } from "../../ui/index.tsx";
import { KeyTermsFields, type MadeAuthKey, newTerms, serviceCommands, TERM_FIELDS } from "../auth-keys/index.ts";
import { Problems, refusalOf } from "../keys/index.ts";
import { MadeCommand } from "./made-command.tsx";
import { useEnrolCommand } from "./use-enrol-command.ts";

const KEY_DAYS = 1;

interface EnrolMachineProps {
  org: Membership;
  /** A program in the background, or a service. */
  way: "command" | "service";
}

/** Makes a key on chosen terms and shows what to paste. */
export function EnrolMachine({ org, way }: EnrolMachineProps) {
  const { origin } = window.location;
  const textOf = ({ command, key }: MadeAuthKey) => (way === "command" ? command : serviceCommands(origin, key));
  const { make, isCopied, create, again } = useEnrolCommand(org.id, textOf);
  const [terms, setTerms] = useState(() => newTerms(KEY_DAYS));
  const refusal = refusalOf(make.error, TERM_FIELDS);

  if (way === "service" && isReadableOnTheWay(new URL(origin))) {
    return (
      <Notice tone="warn" title={t("A service needs https")}>
        {t(
          "This dashboard is at {{origin}}, where keys and keystrokes could be read on the way. The command can be told to accept that; a service cannot.",
          { origin },
        )}
      </Notice>
    );
  }
  if (make.data) {
    return (
      <div className="grid gap-4">
        <MadeCommand
          org={org}
          keyId={make.data.id}
          text={textOf(make.data) ?? ""}
          isCopied={isCopied}
          isOne={!terms.reusable}
        />
        <Button size="small" className="justify-self-start" onClick={again}>
          {t("Another command")}
        </Button>
      </div>
    );
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create(terms);
  };
  return (
    <form noValidate aria-label={t("The key inside the command")} onSubmit={submit} className="grid gap-4">
      <Problems refusal={refusal} />
      <KeyTermsFields terms={terms} onChange={setTerms} refusal={refusal} />
      <Button type="submit" look="primary" busy={make.isPending} className="justify-self-start">
        {make.isPending ? t("Making a key…") : t("Create and copy the command")}
      </Button>
    </form>
  );
}

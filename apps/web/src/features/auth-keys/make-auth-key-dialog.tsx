import { type FormEvent, useId, useState } from "react";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Field } from "../../ui/index.tsx";
import { Problems, refusalOf, SecretText, ShownOnceDialog } from "../keys/index.ts";
import { newTerms, TERM_FIELDS } from "./key-terms.ts";
import { KeyTermsFields } from "./key-terms-fields.tsx";
import { useMakeAuthKey } from "./use-make-auth-key.ts";

/** Asks what a key is to be good for, makes it, and shows it once. */
export function MakeAuthKeyDialog({ orgId, onClose }: { orgId: string; onClose: () => void }) {
  const [name, setName] = useState("");
  const [terms, setTerms] = useState(() => newTerms());
  const make = useMakeAuthKey(orgId);
  const form = useId();
  const refusal = refusalOf(make.error, ["name", ...TERM_FIELDS]);

  if (make.data) {
    const { key, command } = make.data;
    return (
      <ShownOnceDialog title={t("Auth key “{{name}}”", { name: make.data.name })} onClose={onClose}>
        {(onCopied) => (
          <>
            <SecretText label={t("Key")} text={key} copy={t("Copy the key")} look="primary" onCopied={onCopied} />
            <SecretText
              label={t("Enrolment command")}
              text={command}
              copy={t("Copy the command")}
              onCopied={onCopied}
            />
            <p className="text-ink-2 text-sm">
              {t("The command is for a copy of the Sallyport repository on a Linux machine with Node 20.19 or newer.")}
            </p>
          </>
        )}
      </ShownOnceDialog>
    );
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ name, terms });
  };
  return (
    <Dialog
      title={t("Create an auth key")}
      size="wide"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button type="submit" form={form} look="primary" busy={make.isPending}>
            {t("Create key")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate aria-label={t("Auth key")} onSubmit={submit} className="grid gap-4">
        <Problems refusal={refusal} />
        <Field
          label={t("Name")}
          autoComplete="off"
          autoFocus
          placeholder={t("What it is for")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          problem={refusal?.field === "name" ? refusal.words : undefined}
        />
        <KeyTermsFields terms={terms} onChange={setTerms} refusal={refusal} />
      </form>
    </Dialog>
  );
}

import { API_KEY_DAYS, authKeyApi, type Membership, type Role } from "@sallyport/protocol";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { signedIn } from "../../api/client.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Field, Select } from "../../ui/index.tsx";
import { Problems, readNumber, refusalOf, SecretText, ShownOnceDialog } from "../keys/index.ts";
import { ROLE_WORDS } from "../members/index.ts";
import { DEFAULT_DAYS, rolesUpTo } from "./api-key.ts";

const FIELDS = ["name", "role", "expires_days"] as const;

/** Asks what a key is for and what it may do, makes it, and shows it once. */
export function MakeApiKeyDialog({ org, onClose }: { org: Membership; onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>(org.role);
  const [days, setDays] = useState(DEFAULT_DAYS);
  const form = useId();
  const make = useMutation({
    mutationFn: () =>
      signedIn((client) =>
        client.act(authKeyApi, "create_api_key", { org_id: org.id, name, role, expires_days: readNumber(days) }),
      ),
  });
  const refusal = refusalOf(make.error, FIELDS);

  if (make.data) {
    const { key } = make.data;
    return (
      <ShownOnceDialog title={t("API key “{{name}}”", { name: make.data.name })} onClose={onClose}>
        {(onCopied) => (
          <>
            <SecretText label={t("Key")} text={key} copy={t("Copy the key")} look="primary" onCopied={onCopied} />
            <p className="text-ink-2 text-sm">
              {rich(
                t("It goes wherever a token goes, as <0>, and into <1> for <2>."),
                <code className="font-mono">Authorization: Bearer gk_…</code>,
                <code className="font-mono">GATEKEY_API_KEY</code>,
                <code className="font-mono">gatekey-admin</code>,
              )}
            </p>
          </>
        )}
      </ShownOnceDialog>
    );
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog
      title={t("Create an API key")}
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
      <form id={form} noValidate aria-label={t("API key")} onSubmit={submit} className="grid gap-4">
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
        <Select
          label={t("Role")}
          options={rolesUpTo(org.role).map((value) => ({ value, words: ROLE_WORDS[value].word }))}
          value={role}
          onChange={setRole}
          hint={t("It speaks for you, with this role at most, and never with more than you have.")}
        />
        <Field
          label={t("Expires after, in days")}
          inputMode="numeric"
          autoComplete="off"
          value={days}
          onChange={(event) => setDays(event.target.value)}
          hint={t("{{min}} to {{max}}.", { min: API_KEY_DAYS.min, max: API_KEY_DAYS.max })}
          problem={refusal?.field === "expires_days" ? refusal.words : undefined}
        />
      </form>
    </Dialog>
  );
}

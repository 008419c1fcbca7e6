import { API_KEY_DAYS, authKeyApi, type Membership, type Role } from "@sallyport/protocol";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { signedIn } from "../../api/client.ts";
import { Button, Dialog, Field, Select } from "../../ui/index.tsx";
import { Problems, readNumber, refusalOf, SecretText, ShownOnceDialog } from "../keys/index.ts";
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
      <ShownOnceDialog title={`API key “${make.data.name}”`} onClose={onClose}>
        {(onCopied) => (
          <>
            <SecretText label="Key" text={key} copy="Copy the key" look="primary" onCopied={onCopied} />
            <p className="text-ink-2 text-sm">
              It goes wherever a token goes, as <code className="font-mono">Authorization: Bearer gk_…</code>, and into{" "}
              <code className="font-mono">GATEKEY_API_KEY</code> for <code className="font-mono">gatekey-admin</code>.
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
      title="Create an API key"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} look="primary" busy={make.isPending}>
            Create key
          </Button>
        </>
      }
    >
      <form id={form} noValidate aria-label="API key" onSubmit={submit} className="grid gap-4">
        <Problems refusal={refusal} />
        <Field
          label="Name"
          autoComplete="off"
          autoFocus
          placeholder="What it is for"
          value={name}
          onChange={(event) => setName(event.target.value)}
          problem={refusal?.field === "name" ? refusal.words : undefined}
        />
        <Select
          label="Role"
          options={rolesUpTo(org.role).map((value) => ({ value, words: value }))}
          value={role}
          onChange={setRole}
          hint="It speaks for you, with this role at most, and never with more than you have."
        />
        <Field
          label="Expires after, in days"
          inputMode="numeric"
          autoComplete="off"
          value={days}
          onChange={(event) => setDays(event.target.value)}
          hint={`${API_KEY_DAYS.min} to ${API_KEY_DAYS.max}.`}
          problem={refusal?.field === "expires_days" ? refusal.words : undefined}
        />
      </form>
    </Dialog>
  );
}

import { organisationApi } from "@sallyport/protocol";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { t } from "../../lib/texts.ts";
import { Button, Field, useToast } from "../../ui/index.tsx";
import { rereadAccess, useOrg } from "../auth/index.ts";
import { SettingGroup } from "./setting-parts.tsx";

/** Makes another organisation and goes there. */
export function NewOrg() {
  const { chooseOrg } = useOrg();
  const toast = useToast();
  const [name, setName] = useState("");
  const make = useMutation({
    mutationFn: async () => {
      const made = await signedIn((client) => client.act(organisationApi, "create_org", { name }));
      await rereadAccess();
      return made;
    },
    onSuccess: (made) => {
      setName("");
      chooseOrg(made.id);
      toast(t("These pages are about {{name}} now", { name: made.name }));
    },
  });
  return (
    <SettingGroup title={t("Another organisation")}>
      <p className="text-ink-2 text-sm">
        {t(
          "It has machines, keys, rules, members and an audit log of its own, and shares nothing with this one. You become its owner.",
        )}
      </p>
      <form
        noValidate
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Field
          label={t("Name of the new organisation")}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
          problem={make.isError ? errorMessage(make.error) : undefined}
        />
        <Button type="submit" busy={make.isPending} className="justify-self-start">
          {t("Make the organisation")}
        </Button>
      </form>
    </SettingGroup>
  );
}

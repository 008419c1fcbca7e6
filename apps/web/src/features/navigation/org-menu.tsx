import { ChevronsUpDown } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { Menu, MenuChoice, MenuHeading } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { ROLE_WORDS } from "../members/index.ts";

/** Which organisation the pages are about; only a name while there is nothing to choose. */
export function OrgMenu() {
  const { orgs } = useSession();
  const { org, chooseOrg } = useOrg();
  if (!org) return null;

  const name = (
    <bdi className="max-w-40 truncate max-sm:max-w-24" title={org.name}>
      {org.name}
    </bdi>
  );
  if (orgs.length < 2) return <span className="flex px-2 text-ink-2 text-sm">{name}</span>;

  return (
    <Menu
      label={t("Organisation {{name}}", { name: org.name })}
      align="start"
      buttonClass="flex h-8 items-center gap-1.5 rounded-md px-2 text-ink-2 text-sm hover:bg-hover hover:text-ink"
      button={
        <>
          {name}
          <ChevronsUpDown className="size-3.5 text-ink-3" aria-hidden="true" />
        </>
      }
    >
      <MenuHeading>{t("Organisation")}</MenuHeading>
      {orgs.map(({ id, name, role }) => (
        <MenuChoice key={id} kind="one" checked={id === org.id} onSelect={() => chooseOrg(id)}>
          <bdi className="block truncate">{name}</bdi>
          <span className="text-ink-3 text-xs">{t("You: {{role}}", { role: ROLE_WORDS[role].word })}</span>
        </MenuChoice>
      ))}
    </Menu>
  );
}

import { LogOut } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { Button, CopyValue } from "../../ui/index.tsx";
import { signOut, useOrg, useSession } from "../auth/index.ts";
import { ROLE_WORDS } from "../members/index.ts";
import { PageHeader } from "../page/index.ts";
import { BrowserSettings } from "./browser-settings.tsx";
import { NewOrg } from "./new-org.tsx";
import { OrgSettings } from "./org-settings.tsx";
import { Fact, SettingGroup } from "./setting-parts.tsx";

/** What the organisation has chosen, who is signed in, and what this browser remembers. */
export function SettingsPage() {
  const { org } = useOrg();
  return (
    <>
      <PageHeader
        title={t("Settings")}
        summary={t("Of the organisation, for all its members; of this browser, for you")}
      />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          {org && <OrgSettings key={org.id} org={org} />}
          <Account />
          <NewOrg />
        </div>
        <div className="grid gap-4">
          <BrowserSettings />
        </div>
      </div>
    </>
  );
}

function Account() {
  const { user } = useSession();
  const { org } = useOrg();
  return (
    <SettingGroup title={t("You")}>
      <dl className="grid gap-2">
        <Fact word={t("Signed in as")}>
          <bdi>{user.email}</bdi>
        </Fact>
        <Fact word={t("User ID")}>
          <CopyValue text={user.id} what={t("your user ID")} />
        </Fact>
        {org && (
          <Fact word={t("Role")}>
            {ROLE_WORDS[org.role].word}
            <span className="block text-ink-3 text-xs">{ROLE_WORDS[org.role].may}</span>
          </Fact>
        )}
      </dl>
      <Button
        icon={<LogOut className="size-4" aria-hidden="true" />}
        className="justify-self-start"
        onClick={() => void signOut()}
      >
        {t("Sign out of this browser")}
      </Button>
    </SettingGroup>
  );
}

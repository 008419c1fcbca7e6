import { Keyboard, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useSetting } from "../../lib/setting.ts";
import { t } from "../../lib/texts.ts";
import { type Theme, themeSetting } from "../../lib/theme.ts";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../ui/index.tsx";
import { signOut, useOrg, useSession } from "../auth/index.ts";
import { ROLE_WORDS } from "../members/index.ts";
import { PLAN_NAMES } from "../plan/index.ts";

const THEMES: { theme: Theme; words: string; Icon: typeof Sun }[] = [
  { theme: "system", words: t("Like the system"), Icon: Monitor },
  { theme: "light", words: t("Light"), Icon: Sun },
  { theme: "dark", words: t("Dark"), Icon: Moon },
];

export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { user } = useSession();
  const { org } = useOrg();
  const [theme, setTheme] = useSetting(themeSetting);

  return (
    <Menu
      label={t("Account")}
      buttonClass="inline-flex size-8 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent text-xs uppercase pointer-coarse:size-9"
      button={<span aria-hidden="true">{user.email.slice(0, 1)}</span>}
    >
      <div className="px-2.5 pt-1.5 pb-2">
        <p className="truncate font-medium text-sm">{user.email}</p>
        {org && (
          <p className="text-ink-3 text-xs">
            {t("{{role}}, {{plan}} plan", { role: ROLE_WORDS[org.role].word, plan: PLAN_NAMES[org.plan] })}
          </p>
        )}
      </div>
      <MenuLine />
      <MenuHeading>{t("Appearance")}</MenuHeading>
      {THEMES.map(({ theme: each, words, Icon }) => (
        <MenuChoice
          key={each}
          kind="one"
          checked={theme === each}
          onSelect={() => setTheme(each)}
          icon={<Icon className="size-4" aria-hidden="true" />}
        >
          {words}
        </MenuChoice>
      ))}
      <MenuLine />
      <MenuItem onSelect={onShortcuts} icon={<Keyboard className="size-4" aria-hidden="true" />}>
        {t("Keyboard shortcuts")}
      </MenuItem>
      <MenuItem onSelect={() => void signOut()} icon={<LogOut className="size-4" aria-hidden="true" />}>
        {t("Sign out")}
      </MenuItem>
    </Menu>
  );
}

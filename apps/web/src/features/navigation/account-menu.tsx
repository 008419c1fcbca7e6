import { Keyboard, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useSetting } from "../../lib/setting.ts";
import { type Theme, themeSetting } from "../../lib/theme.ts";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../ui/index.tsx";
import { signOut, useOrg, useSession } from "../auth/index.ts";

const THEMES: { theme: Theme; words: string; Icon: typeof Sun }[] = [
  { theme: "system", words: "Like the system", Icon: Monitor },
  { theme: "light", words: "Light", Icon: Sun },
  { theme: "dark", words: "Dark", Icon: Moon },
];

export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { user } = useSession();
  const { org } = useOrg();
  const [theme, setTheme] = useSetting(themeSetting);

  return (
    <Menu
      label="Account"
      buttonClass="inline-flex size-8 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent text-xs uppercase pointer-coarse:size-9"
      button={<span aria-hidden="true">{user.email.slice(0, 1)}</span>}
    >
      <div className="px-2.5 pt-1.5 pb-2">
        <p className="truncate font-medium text-sm">{user.email}</p>
        {org && (
          <p className="text-ink-3 text-xs">{`${org.role[0]?.toUpperCase()}${org.role.slice(1)}, ${org.plan} plan`}</p>
        )}
      </div>
      <MenuLine />
      <MenuHeading>Appearance</MenuHeading>
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
        Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={() => void signOut()} icon={<LogOut className="size-4" aria-hidden="true" />}>
        Sign out
      </MenuItem>
    </Menu>
  );
}

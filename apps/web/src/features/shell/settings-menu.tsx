import { AArrowDown, AArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../../lib/texts.ts";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../ui/index.tsx";
import { ECHO_PREDICTIONS, TERMINAL_SWITCHES, type TerminalSettings } from "./terminal-settings.ts";

interface SettingsMenuProps {
  settings: TerminalSettings;
  onSettings: (settings: TerminalSettings) => void;
  onFont: (by: number) => void;
  icon: ReactNode;
}

export const SettingsMenu = ({ settings, onSettings, onFont, icon }: SettingsMenuProps) => (
  <Menu
    label={t("Terminal settings")}
    button={icon}
    buttonClass="inline-flex size-8 items-center justify-center rounded-md text-ink-2 hover:bg-hover hover:text-ink aria-expanded:bg-hover pointer-coarse:size-10"
  >
    {TERMINAL_SWITCHES.map(({ key, words, why }) => (
      <MenuChoice
        key={key}
        kind="switch"
        checked={settings[key]}
        onSelect={() => onSettings({ ...settings, [key]: !settings[key] })}
      >
        {words}
        {why && <span className="block text-ink-3 text-xs">{why}</span>}
      </MenuChoice>
    ))}
    <MenuLine />
    <MenuHeading>{t("Show keys before their echo")}</MenuHeading>
    {ECHO_PREDICTIONS.map(({ predictEcho, words }) => (
      <MenuChoice
        key={predictEcho}
        kind="one"
        checked={settings.predictEcho === predictEcho}
        onSelect={() => onSettings({ ...settings, predictEcho })}
      >
        {words}
      </MenuChoice>
    ))}
    <div className="md:hidden">
      <MenuItem icon={<AArrowDown className="size-4" aria-hidden="true" />} onSelect={() => onFont(-1)}>
        {t("Smaller text")}
      </MenuItem>
      <MenuItem icon={<AArrowUp className="size-4" aria-hidden="true" />} onSelect={() => onFont(1)}>
        {t("Larger text")}
      </MenuItem>
    </div>
  </Menu>
);

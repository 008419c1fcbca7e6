import { Settings2 } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../ui/index.tsx";
import { type DesktopSettings, FRAME_RATES, QUALITIES } from "./desktop-settings.ts";
import { ICON, MENU_BUTTON } from "./toolbar-class.ts";

interface SettingsMenuProps {
  settings: DesktopSettings;
  onSettings: (settings: DesktopSettings) => void;
  /** Undefined where the picture comes directly. */
  onDirect: (() => void) | undefined;
}

/** How good the picture is, and how often a new one comes. */
export const SettingsMenu = ({ settings, onSettings, onDirect }: SettingsMenuProps) => (
  <Menu label={t("Picture")} button={<Settings2 {...ICON} />} buttonClass={MENU_BUTTON}>
    <MenuHeading>{t("Quality")}</MenuHeading>
    {QUALITIES.map(({ quality, words, why }) => (
      <MenuChoice
        key={quality}
        kind="one"
        checked={settings.quality === quality}
        onSelect={() => onSettings({ ...settings, quality })}
      >
        {words}
        <span className="block text-ink-3 text-xs">{why}</span>
      </MenuChoice>
    ))}
    <MenuLine />
    <MenuHeading>{t("At most")}</MenuHeading>
    {FRAME_RATES.map((maxFps) => (
      <MenuChoice
        key={maxFps}
        kind="one"
        checked={settings.maxFps === maxFps}
        onSelect={() => onSettings({ ...settings, maxFps })}
      >
        <span className="tabular-nums">{t("{{maxFps}} frames a second", { maxFps })}</span>
      </MenuChoice>
    ))}
    <MenuLine />
    <MenuChoice
      kind="switch"
      checked={settings.statistics}
      onSelect={() => onSettings({ ...settings, statistics: !settings.statistics })}
    >
      {t("Show statistics")}
    </MenuChoice>
    {onDirect && <MenuItem onSelect={onDirect}>{t("Try the direct way again")}</MenuItem>}
  </Menu>
);

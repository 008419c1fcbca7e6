import { Minus, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useSetting } from "../../lib/setting.ts";
import { t } from "../../lib/texts.ts";
import { type Theme, themeSetting } from "../../lib/theme.ts";
import { Choice, IconButton, Select } from "../../ui/index.tsx";
import { desktopSettings, FRAME_RATES, QUALITIES } from "../desktop/index.ts";
import { clampFont, ECHO_PREDICTIONS, FONT_PX, TERMINAL_SWITCHES, terminalSettings } from "../shell/index.ts";
import { SettingGroup, Tick } from "./setting-parts.tsx";

const THEMES: { value: Theme; words: string }[] = [
  { value: "system", words: t("Like the system") },
  { value: "light", words: t("Light") },
  { value: "dark", words: t("Dark") },
];

/** What only this browser remembers, for whoever uses it. */
export const BrowserSettings = () => (
  <>
    <Appearance />
    <TerminalSettings />
    <DesktopSettings />
  </>
);

function Appearance() {
  const [theme, setTheme] = useSetting(themeSetting);
  return (
    <SettingGroup title={t("Appearance")}>
      <Line words={t("Theme")}>
        <Choice label={t("Theme")} options={THEMES} value={theme} onChange={setTheme} />
      </Line>
    </SettingGroup>
  );
}

function TerminalSettings() {
  const [settings, setSettings] = useSetting(terminalSettings);
  const setFont = (px: number) => setSettings({ ...settings, fontPx: clampFont(px) });
  return (
    <SettingGroup title={t("Terminals")}>
      <Line words={t("Text size")}>
        <div className="flex items-center gap-1">
          <IconButton
            label={t("Smaller text")}
            disabled={settings.fontPx <= FONT_PX.min}
            onClick={() => setFont(settings.fontPx - 1)}
          >
            <Minus className="size-4" aria-hidden="true" />
          </IconButton>
          <output aria-label={t("Text size")} className="w-12 text-center text-sm tabular-nums">
            {t("{{fontPx}} px", { fontPx: settings.fontPx })}
          </output>
          <IconButton
            label={t("Larger text")}
            disabled={settings.fontPx >= FONT_PX.max}
            onClick={() => setFont(settings.fontPx + 1)}
          >
            <Plus className="size-4" aria-hidden="true" />
          </IconButton>
        </div>
      </Line>
      <Select
        label={t("Show keys before their echo")}
        options={ECHO_PREDICTIONS.map(({ predictEcho, words }) => ({ value: predictEcho, words }))}
        value={settings.predictEcho}
        onChange={(predictEcho) => setSettings({ ...settings, predictEcho })}
      />
      {TERMINAL_SWITCHES.map(({ key, words, why }) => (
        <Tick
          key={key}
          words={words}
          why={why}
          checked={settings[key]}
          onChange={(checked) => setSettings({ ...settings, [key]: checked })}
        />
      ))}
    </SettingGroup>
  );
}

function DesktopSettings() {
  const [settings, setSettings] = useSetting(desktopSettings);
  const rates = FRAME_RATES.includes(settings.maxFps) ? FRAME_RATES : [settings.maxFps, ...FRAME_RATES];
  return (
    <SettingGroup title={t("Desktops")}>
      <Line words={t("Size")}>
        <Choice
          label={t("Size")}
          options={[
            { value: "fit", words: t("Fit the window") },
            { value: "actual", words: t("Actual") },
          ]}
          value={settings.zoom}
          onChange={(zoom) => setSettings({ ...settings, zoom })}
        />
      </Line>
      <Select
        label={t("Quality")}
        options={QUALITIES.map(({ quality, words }) => ({ value: quality, words }))}
        value={settings.quality}
        onChange={(quality) => setSettings({ ...settings, quality })}
        hint={QUALITIES.find(({ quality }) => quality === settings.quality)?.why ?? ""}
      />
      <Select
        label={t("At most")}
        options={rates.map((rate) => ({ value: String(rate), words: t("{{rate}} frames a second", { rate }) }))}
        value={String(settings.maxFps)}
        onChange={(rate) => setSettings({ ...settings, maxFps: Number(rate) })}
      />
      <Tick
        words={t("Show statistics")}
        checked={settings.statistics}
        onChange={(statistics) => setSettings({ ...settings, statistics })}
      />
    </SettingGroup>
  );
}

const Line = ({ words, children }: { words: string; children: ReactNode }) => (
  <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
    <span className="font-medium text-sm">{words}</span>
    {children}
  </div>
);

import type { SessionState } from "@sallyport/client";
import { Link } from "@tanstack/react-router";
import { AArrowDown, AArrowUp, Maximize, Search, Settings2, X } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../../lib/texts.ts";
import { CopyValue, IconButton, Logo } from "../../ui/index.tsx";
import { ConnectionState } from "./connection-state.tsx";
import type { PendingWords } from "./pending-text.ts";
import { SettingsMenu } from "./settings-menu.tsx";
import type { TerminalSettings } from "./terminal-settings.ts";
import type { Latency } from "./use-shell-session.ts";

interface ShellHeaderProps {
  name: string;
  address: string | null | undefined;
  state: SessionState;
  latency: Latency | undefined;
  pending: PendingWords;
  /** Skips the wait before the next try. */
  onNow: () => void;
  settings: TerminalSettings;
  onSettings: (settings: TerminalSettings) => void;
  onSearch: () => void;
  onFont: (by: number) => void;
  onFullScreen: () => void;
  onClose: () => void;
  sessionMenu: ReactNode;
}

const ICON = { className: "size-4", "aria-hidden": true } as const;

/** Where one is, how the connection is, and what one can do with the screen. */
export function ShellHeader(props: ShellHeaderProps) {
  const { name, address, state, latency, pending, onNow, sessionMenu } = props;
  const { settings, onSettings, onSearch, onFont, onFullScreen, onClose } = props;
  return (
    <header className="flex min-h-12 shrink-0 items-center gap-x-3 border-line border-b px-3 @max-2xl:flex-wrap @max-2xl:pb-1.5">
      <Link to="/machines" aria-label={t("Sallyport, home")} className="rounded-sm">
        <Logo className="size-5.5" />
      </Link>
      <div className="flex min-w-0 max-w-1/2 shrink-0 items-baseline gap-2.5">
        <bdi className="truncate font-semibold" title={name}>
          {name}
        </bdi>
        {address && (
          <span className="shrink-0 @max-3xl:hidden">
            <CopyValue text={address} what={t("address")} />
          </span>
        )}
      </div>
      <ConnectionState state={state} latency={latency} pending={pending} onNow={onNow} />
      <div role="toolbar" aria-label={t("Terminal tools")} className="ml-auto flex shrink-0 items-center @max-2xl:h-12">
        <IconButton label={t("Search the output (Ctrl+Shift+F)")} onClick={onSearch}>
          <Search {...ICON} />
        </IconButton>
        <IconButton label={t("Smaller text")} onClick={() => onFont(-1)} className="@max-3xl:hidden">
          <AArrowDown {...ICON} />
        </IconButton>
        <IconButton label={t("Larger text")} onClick={() => onFont(1)} className="@max-3xl:hidden">
          <AArrowUp {...ICON} />
        </IconButton>
        <IconButton label={t("Full screen")} onClick={onFullScreen} className="@max-3xl:hidden">
          <Maximize {...ICON} />
        </IconButton>
        <SettingsMenu settings={settings} onSettings={onSettings} onFont={onFont} icon={<Settings2 {...ICON} />} />
        {sessionMenu}
        <IconButton label={t("Close terminal; the session goes on")} onClick={onClose}>
          <X {...ICON} />
        </IconButton>
      </div>
    </header>
  );
}

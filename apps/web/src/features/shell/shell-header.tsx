import { Link } from "@tanstack/react-router";
import { AArrowDown, AArrowUp, Maximize, Search, Settings2, X } from "lucide-react";
import { CopyValue, IconButton, Logo } from "../../ui/index.tsx";
import { ConnectionState } from "./connection-state.tsx";
import { SettingsMenu } from "./settings-menu.tsx";
import type { ShellState } from "./shell-connection.ts";
import type { TerminalSettings } from "./terminal-settings.ts";

interface ShellHeaderProps {
  name: string;
  address: string | null | undefined;
  state: ShellState;
  latencyMs: number | undefined;
  settings: TerminalSettings;
  onSettings: (settings: TerminalSettings) => void;
  onSearch: () => void;
  onFont: (by: number) => void;
  onFullScreen: () => void;
  onClose: () => void;
}

const ICON = { className: "size-4", "aria-hidden": true } as const;

/** Where one is, how the connection is, and what one can do with the screen. */
export function ShellHeader(props: ShellHeaderProps) {
  const { name, address, state, latencyMs, settings, onSettings, onSearch, onFont, onFullScreen, onClose } = props;
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 border-line border-b px-3">
      <Link to="/machines" aria-label="Sallyport, home" className="rounded-sm">
        <Logo className="size-5.5" />
      </Link>
      <div className="flex min-w-0 items-baseline gap-2.5">
        <bdi className="truncate font-semibold" title={name}>
          {name}
        </bdi>
        {address && (
          <span className="shrink-0 max-md:hidden">
            <CopyValue text={address} what="address" />
          </span>
        )}
      </div>
      <ConnectionState state={state} latencyMs={latencyMs} />
      <div role="toolbar" aria-label="Terminal tools" className="ml-auto flex shrink-0 items-center">
        <IconButton label="Search the output (Ctrl+Shift+F)" onClick={onSearch}>
          <Search {...ICON} />
        </IconButton>
        <IconButton label="Smaller text" onClick={() => onFont(-1)} className="max-md:hidden">
          <AArrowDown {...ICON} />
        </IconButton>
        <IconButton label="Larger text" onClick={() => onFont(1)} className="max-md:hidden">
          <AArrowUp {...ICON} />
        </IconButton>
        <IconButton label="Full screen" onClick={onFullScreen} className="max-md:hidden">
          <Maximize {...ICON} />
        </IconButton>
        <SettingsMenu settings={settings} onSettings={onSettings} onFont={onFont} icon={<Settings2 {...ICON} />} />
        <IconButton label="Close terminal" onClick={onClose}>
          <X {...ICON} />
        </IconButton>
      </div>
    </header>
  );
}

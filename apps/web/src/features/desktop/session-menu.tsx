import {
  ClipboardPaste,
  EllipsisVertical,
  LogOut,
  MousePointerClick,
  ShieldQuestion,
  TextCursorInput,
} from "lucide-react";
import { t } from "../../lib/texts.ts";
import { Menu, MenuHeading, MenuItem, MenuLine } from "../../ui/index.tsx";
import type { ClipboardRights } from "./clipboard-bridge.ts";
import { MENU_BUTTON } from "./toolbar-class.ts";

interface SessionMenuProps {
  rights: { input: boolean; clipboard: ClipboardRights } | undefined;
  onPaste: () => void;
  onText: () => void;
  onHoldPointer: () => void;
  /** Begins a session of the other kind; undefined where there is only one. */
  other: { words: string; why: string; onChoose: () => void } | undefined;
  onDisconnect: () => void;
}

const ICON = { className: "size-4", "aria-hidden": true } as const;

/** Clipboard, pointer, and the session itself. */
export function SessionMenu({ rights, onPaste, onText, onHoldPointer, other, onDisconnect }: SessionMenuProps) {
  return (
    <Menu label={t("Session")} button={<EllipsisVertical {...ICON} />} buttonClass={MENU_BUTTON}>
      {rights && (
        <>
          <MenuHeading>{clipboardWords(rights.clipboard)}</MenuHeading>
          {rights.clipboard.to_machine && (
            <MenuItem icon={<ClipboardPaste {...ICON} />} onSelect={onPaste}>
              {t("Send your clipboard")}
            </MenuItem>
          )}
          {(rights.input || rights.clipboard.to_machine) && (
            <MenuItem icon={<TextCursorInput {...ICON} />} onSelect={onText}>
              {t("Send text…")}
            </MenuItem>
          )}
          {rights.input && (
            <>
              <MenuLine />
              <MenuItem icon={<MousePointerClick {...ICON} />} onSelect={onHoldPointer}>
                <span>
                  {t("Hold the pointer")}
                  <span className="block text-ink-3 text-xs sm:whitespace-nowrap">
                    {t("For games and 3-D views; Esc lets it go")}
                  </span>
                </span>
              </MenuItem>
            </>
          )}
          <MenuLine />
        </>
      )}
      {other && (
        <MenuItem icon={<ShieldQuestion {...ICON} />} onSelect={other.onChoose}>
          <span>
            {other.words}
            <span className="block text-ink-3 text-xs">{other.why}</span>
          </span>
        </MenuItem>
      )}
      <MenuItem icon={<LogOut {...ICON} />} onSelect={onDisconnect}>
        {t("Disconnect")}
      </MenuItem>
    </Menu>
  );
}

function clipboardWords({ to_machine, from_machine }: ClipboardRights): string {
  if (to_machine && from_machine) return t("Clipboard: both ways");
  if (to_machine) return t("Clipboard: to the machine only");
  return from_machine ? t("Clipboard: from the machine only") : t("Clipboard: switched off by the machine");
}

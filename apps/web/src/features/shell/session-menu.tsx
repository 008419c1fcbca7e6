import { Columns2, EllipsisVertical, History, Link2, LogOut, OctagonX, Plus, Rows2 } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { Menu, MenuItem, MenuLine } from "../../ui/index.tsx";
import type { Split } from "./workspace.ts";

interface SessionMenuProps {
  /** Undefined where there is nothing to show or to end. */
  onShowEarlier: (() => void) | undefined;
  onCopyLink: (() => void) | undefined;
  onNewTab: (() => void) | undefined;
  onSplit: ((split: Split) => void) | undefined;
  onDetach: () => void;
  onEnd: (() => void) | undefined;
}

const ICON = { className: "size-4", "aria-hidden": true } as const;

/** What one can do with the session itself. */
export const SessionMenu = ({ onShowEarlier, onCopyLink, onNewTab, onSplit, onDetach, onEnd }: SessionMenuProps) => (
  <Menu
    label={t("Session")}
    button={<EllipsisVertical {...ICON} />}
    buttonClass="inline-flex size-8 items-center justify-center rounded-md text-ink-2 hover:bg-hover hover:text-ink aria-expanded:bg-hover pointer-coarse:size-10"
  >
    {onNewTab && (
      <MenuItem icon={<Plus {...ICON} />} onSelect={onNewTab}>
        {t("New tab…")}
      </MenuItem>
    )}
    {onSplit && (
      <>
        <MenuItem icon={<Columns2 {...ICON} />} onSelect={() => onSplit("columns")}>
          {t("Split right")}
        </MenuItem>
        <MenuItem icon={<Rows2 {...ICON} />} onSelect={() => onSplit("rows")}>
          {t("Split below")}
        </MenuItem>
      </>
    )}
    {(onNewTab ?? onSplit) && <MenuLine />}
    {onShowEarlier && (
      <MenuItem icon={<History {...ICON} />} onSelect={onShowEarlier}>
        {t("Show earlier output")}
      </MenuItem>
    )}
    {onCopyLink && (
      <MenuItem icon={<Link2 {...ICON} />} onSelect={onCopyLink}>
        {t("Copy address")}
      </MenuItem>
    )}
    {(onShowEarlier ?? onCopyLink) && <MenuLine />}
    <MenuItem icon={<LogOut {...ICON} />} onSelect={onDetach}>
      <span>
        {t("Detach")}
        <span className="block text-ink-3 text-xs">{t("Leaves it running")}</span>
      </span>
    </MenuItem>
    {onEnd && (
      <MenuItem icon={<OctagonX {...ICON} />} onSelect={onEnd}>
        {t("End session…")}
      </MenuItem>
    )}
  </Menu>
);

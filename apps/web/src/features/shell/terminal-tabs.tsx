import { Plus, X } from "lucide-react";
import type { KeyboardEvent } from "react";
import { t } from "../../lib/texts.ts";
import { IconButton } from "../../ui/index.tsx";
import type { Workspace, WorkspaceTab } from "./workspace.ts";

interface TerminalTabsProps {
  workspace: Workspace;
  nameOf: (tab: WorkspaceTab) => string;
  onShow: (tab: WorkspaceTab) => void;
  onClose: (tab: WorkspaceTab) => void;
  /** Undefined where there is no room. */
  onNew: (() => void) | undefined;
}

/** The tabs of terminals; arrow keys walk them, Delete closes one. */
export function TerminalTabs({ workspace: { tabs, active }, nameOf, onShow, onClose, onNew }: TerminalTabsProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === active);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    const shown = tabs[at];
    if (next) {
      onShow(next);
      event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
    } else if (event.key === "Delete" && shown) onClose(shown);
    else return;
    event.preventDefault();
  };
  return (
    <nav
      aria-label={t("Terminals")}
      className="flex min-w-0 shrink-0 items-stretch border-line border-b bg-sunken"
      onKeyDown={onKeyDown}
    >
      <ul className="flex min-w-0 overflow-x-auto">
        {tabs.map((tab) => {
          const name = nameOf(tab);
          const isShown = tab.id === active;
          return (
            <li
              key={tab.id}
              className={`flex min-w-0 max-w-56 shrink-0 items-center border-line border-r pl-3 ${isShown ? "bg-canvas" : "hover:bg-hover"}`}
            >
              <button
                type="button"
                data-tab={tab.id}
                aria-current={isShown}
                title={name}
                onClick={() => onShow(tab)}
                className={`h-9 min-w-0 truncate text-sm pointer-coarse:h-11 ${isShown ? "font-medium text-ink" : "text-ink-2"}`}
              >
                <bdi>{name}</bdi>
                {tab.panes.length > 1 && (
                  <>
                    <span aria-hidden="true"> +{tab.panes.length - 1}</span>
                    <span className="sr-only">{t(", {{number}} terminals", { number: tab.panes.length })}</span>
                  </>
                )}
              </button>
              <IconButton
                label={t("Close the tab {{name}}; its sessions go on", { name })}
                onClick={() => onClose(tab)}
              >
                <X className="size-3.5" aria-hidden="true" />
              </IconButton>
            </li>
          );
        })}
      </ul>
      {onNew && (
        <IconButton label={t("New tab")} onClick={onNew} className="m-0.5">
          <Plus className="size-4" aria-hidden="true" />
        </IconButton>
      )}
    </nav>
  );
}

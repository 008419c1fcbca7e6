import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon, Search, X } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { t } from "../../lib/texts.ts";
import { useLatest } from "../../lib/use-latest.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { IconButton, Kbd, Logo } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { CommandPalette, PALETTE_LABEL } from "../palette/index.ts";
import { AccountMenu } from "./account-menu.tsx";
import { OrgMenu } from "./org-menu.tsx";
import { pageGroupsFor } from "./pages.ts";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";

/** What surrounds every page but sign-in and terminals. */
export function AppFrame() {
  const [shortcutsOpen, setShortcutsOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const showShortcuts = useCallback(() => setShortcutsOpen(true), []);
  useShortcuts({ "?": showShortcuts });
  usePaletteKey(() => setPaletteOpen((isOpen) => !isOpen));

  return (
    <div className="flex min-h-full flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-primary focus:px-3 focus:py-2 focus:text-on-primary"
      >
        {t("Skip to content")}
      </a>
      <header className="sticky top-0 z-30 border-line border-b bg-canvas">
        <div className="flex h-13 items-center gap-1 px-4 sm:px-6">
          <PagesDrawer />
          <Link to="/machines" className="flex items-center gap-2 rounded-md pr-1" aria-label={t("Sallyport, home")}>
            <Logo className="size-6" />
            <span className="font-semibold text-base tracking-tight max-sm:hidden">{t("Sallyport")}</span>
          </Link>
          <span aria-hidden="true" className="ml-2 h-4 w-px rotate-20 bg-line-strong" />
          <OrgMenu />
          <div className="ml-auto flex items-center gap-2">
            <button
              type="button"
              aria-keyshortcuts="Control+K Meta+K"
              onClick={() => setPaletteOpen(true)}
              className="flex h-8 items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-ink-3 text-sm hover:border-ink-3 hover:text-ink-2 pointer-coarse:h-9 max-md:border-0 max-md:bg-transparent"
            >
              <Search className="size-4" aria-hidden="true" />
              <span className="pr-6 max-md:sr-only">
                {t("Go to…")}
                <span className="sr-only">{t(" pages, machines and actions")}</span>
              </span>
              <span className="flex gap-0.5 max-md:hidden" aria-hidden="true">
                <Kbd>{isMac ? "⌘" : "Ctrl"}</Kbd>
                <Kbd>K</Kbd>
              </span>
            </button>
            <AccountMenu onShortcuts={showShortcuts} />
          </div>
        </div>
      </header>
      <div className="flex flex-1">
        <nav
          aria-label={t("Main")}
          className="sticky top-13 h-[calc(100dvh-3.25rem)] w-52 shrink-0 overflow-y-auto border-line border-r px-3 py-4 max-lg:hidden"
        >
          <PageLinks />
        </nav>
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto w-full min-w-0 max-w-6xl flex-1 px-4 py-6 outline-0 sm:px-6 sm:py-8"
        >
          <Outlet />
        </main>
      </div>
      {paletteOpen && <CommandPalette onClose={() => setPaletteOpen(false)} onShortcuts={showShortcuts} />}
      {shortcutsOpen && <ShortcutsDialog onClose={() => setShortcutsOpen(false)} />}
    </div>
  );
}

const isMac = /^(Mac|iPhone|iPad)/.test(navigator.platform);

/** Also while somebody types: no field needs it. A dialog that is open keeps what is below it still. */
function usePaletteKey(toggle: () => void): void {
  const latest = useLatest(toggle);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
      if (!(isMac ? event.metaKey : event.ctrlKey)) return;
      event.preventDefault();
      const dialog = document.querySelector("dialog[open]");
      if (dialog === null || dialog.getAttribute("aria-label") === PALETTE_LABEL) latest.current();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

function PageLinks() {
  const { org } = useOrg();
  return (
    <div className="grid gap-5">
      {pageGroupsFor(org?.role).map(({ title, pages }) => (
        <section key={title} aria-label={title}>
          <h2 className="px-2.5 pb-1 text-2xs text-ink-3">{title}</h2>
          {pages.map(({ to, words, Icon }) => (
            <Link
              key={to}
              to={to}
              preload="intent"
              className="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-ink-2 text-sm hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink pointer-coarse:h-11"
            >
              <Icon className="size-4 shrink-0" strokeWidth={1.75} aria-hidden="true" />
              {words}
            </Link>
          ))}
        </section>
      ))}
    </div>
  );
}

/** The same links where there is no room beside the page. */
function PagesDrawer() {
  const [isOpen, setIsOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: wherever one went, the drawer has done its work.
  useEffect(() => setIsOpen(false), [path]);
  return (
    <div className="-ml-2 lg:hidden">
      <IconButton label={t("Pages")} onClick={() => setIsOpen(true)}>
        <MenuIcon className="size-5" aria-hidden="true" />
      </IconButton>
      {isOpen && <Drawer onClose={() => setIsOpen(false)} />}
    </div>
  );
}

function Drawer({ onClose }: { onClose: () => void }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      aria-label={t("Pages")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="m-0 h-dvh max-h-none w-64 max-w-[85vw] bg-raised p-0 text-ink shadow-float backdrop:bg-(--scrim)"
    >
      <nav aria-label={t("Main")} className="grid gap-4 px-3 py-3">
        <div className="flex justify-end">
          <IconButton label={t("Close the list of pages")} onClick={onClose}>
            <X className="size-5" aria-hidden="true" />
          </IconButton>
        </div>
        <PageLinks />
      </nav>
    </dialog>
  );
}

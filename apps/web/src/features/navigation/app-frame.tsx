import { Link, Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Logo } from "../../ui/index.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { OrgMenu } from "./org-menu.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";

/** The pages one can go to, in the order of the bar. */
const PAGES = [
  { to: "/machines", words: "Machines" },
  { to: "/sessions", words: "Sessions" },
] as const;

/** What surrounds every page but sign-in and terminals. */
export function AppFrame() {
  const [shortcutsOpen, setShortcutsOpen] = useState(false);
  useShortcuts({ "?": () => setShortcutsOpen(true) });

  return (
    <div className="flex min-h-full flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-primary focus:px-3 focus:py-2 focus:text-on-primary"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-30 border-line border-b bg-canvas">
        <div className="mx-auto flex h-13 max-w-6xl items-center gap-1 px-4 sm:px-6">
          <Link to="/machines" className="flex items-center gap-2 rounded-md pr-1" aria-label="Sallyport, home">
            <Logo className="size-6" />
            <span className="font-semibold text-base tracking-tight max-sm:hidden">Sallyport</span>
          </Link>
          <span aria-hidden="true" className="ml-2 h-4 w-px rotate-20 bg-line-strong" />
          <OrgMenu />
          <nav aria-label="Main" className="ml-2 flex gap-1 sm:ml-4">
            {PAGES.map(({ to, words }) => (
              <Link
                key={to}
                to={to}
                className="flex h-8 items-center rounded-md px-2.5 text-ink-2 text-sm hover:bg-hover hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink"
              >
                {words}
              </Link>
            ))}
          </nav>
          <div className="ml-auto">
            <AccountMenu onShortcuts={() => setShortcutsOpen(true)} />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-6xl flex-1 px-4 py-6 outline-0 sm:px-6 sm:py-8">
        <Outlet />
      </main>
      {shortcutsOpen && <ShortcutsDialog onClose={() => setShortcutsOpen(false)} />}
    </div>
  );
}

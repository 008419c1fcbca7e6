import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { copyText, mayReadClipboard } from "../../lib/clipboard.ts";
import { useSetting } from "../../lib/setting.ts";
import { useIsDark } from "../../lib/theme.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { EmptyState, useToast } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { machineQueries } from "../machines/index.ts";
import type { Renderer } from "./choose-renderer.ts";
import { EndBar } from "./end-bar.tsx";
import { safeLink } from "./hostile-text.ts";
import { LinkDialog } from "./link-dialog.tsx";
import { SearchBar } from "./search-bar.tsx";
import { ShellHeader } from "./shell-header.tsx";
import type { ShellTerminal } from "./shell-terminal.ts";
import { clampFont, terminalSettings } from "./terminal-settings.ts";
import { TerminalView } from "./terminal-view.tsx";
import { usePageKeys } from "./use-page-keys.ts";
import { useShellSession } from "./use-shell-session.ts";

/** A shell on one machine, from the address bar's point of view. */
export function RemoteTerminal() {
  const { machineId = "" } = useParams({ strict: false });
  const { renderer = "auto" } = useSearch({ strict: false });
  const { org } = useOrg();
  if (!org) return <EmptyState title="You are in no organisation" hint="Ask an owner or admin to add you to theirs." />;
  return <ShellPage key={`${org.id} ${machineId}`} orgId={org.id} machineId={machineId} renderer={renderer} />;
}

interface ShellPageProps {
  orgId: string;
  machineId: string;
  renderer: Renderer;
}

function ShellPage({ orgId, machineId, renderer }: ShellPageProps) {
  const session = useShellSession({ orgId, machineId });
  const { phase } = session.state;
  const machine = useQuery({
    ...machineQueries.list(orgId, useLiveStatus()),
    select: (machines) => machines.find(({ id }) => id === machineId),
  }).data;
  const name = machine?.name ?? "Terminal";

  const [settings, setSettings] = useSetting(terminalSettings);
  const [terminal, setTerminal] = useState<ShellTerminal>();
  const [title, setTitle] = useState("");
  const [found, setFound] = useState({ at: 0, of: 0 });
  const [searching, setSearching] = useState(false);
  const [asked, setAsked] = useState<string>();
  const page = useRef<HTMLDivElement>(null);
  const toast = useToast();
  const navigate = useNavigate();
  usePageTitle(title ? `${name}: ${title}` : name);
  useLeaveWarning(phase === "open");
  useNoticeToast(session.notice, toast);

  const isOver = phase === "ended" || phase === "refused";
  const restart = useCallback(() => {
    session.restart();
    terminal?.focus();
  }, [session.restart, terminal]);
  const copy = async () => {
    const text = terminal?.selection();
    if (text) toast((await copyText(text)) ? "Copied" : "The browser refused to copy");
  };
  const resizeFont = (by: number) => setSettings({ ...settings, fontPx: clampFont(settings.fontPx + by) });

  usePageKeys({
    search: () => setSearching(true),
    copy: () => void copy(),
    larger: () => resizeFont(1),
    smaller: () => resizeFont(-1),
  });

  const onContextMenu = (event: MouseEvent) => {
    // Shift gives the browser's own menu, which can paste as well.
    if (!terminal || event.shiftKey || terminal.reportsMouse() || !mayReadClipboard()) return;
    event.preventDefault();
    if (terminal.selection()) {
      void copy().then(() => terminal.clearSelection());
      return;
    }
    navigator.clipboard.readText().then(
      (text) => terminal.paste(text),
      () => toast("The browser did not allow pasting; use Ctrl+Shift+V"),
    );
  };

  return (
    <div ref={page} className="flex h-dvh flex-col bg-canvas">
      <ShellHeader
        name={name}
        address={machine?.tailnet_ip}
        state={session.state}
        latencyMs={session.latencyMs}
        settings={settings}
        onSettings={setSettings}
        onSearch={() => setSearching(true)}
        onFont={resizeFont}
        onFullScreen={() => void toggleFullScreen(page.current)}
        onClose={() => void navigate({ to: "/machines" })}
      />
      <main className="relative min-h-0 flex-1 bg-(--terminal) py-1.5 pl-2.5">
        <h1 className="sr-only">Terminal on {name}</h1>
        <TerminalView
          channel={session.channel}
          look={{ ...settings, dark: useIsDark() }}
          renderer={renderer}
          typing={phase === "open" || phase === "connecting"}
          onTerminal={setTerminal}
          onContextMenu={onContextMenu}
          title={setTitle}
          searched={setFound}
          hiddenLink={setAsked}
          link={openLink}
          selected={(text) => {
            if (settings.copyOnSelect) void copyText(text);
          }}
          programCopied={(text) => void copyText(text).then((done) => done && toast("A program copied text"))}
        />
        {searching && terminal && (
          <SearchBar
            terminal={terminal}
            found={found}
            onClose={() => {
              setSearching(false);
              terminal.stopFinding();
            }}
          />
        )}
      </main>
      {isOver && <EndBar state={session.state} machine={machine} onRestart={restart} />}
      {asked !== undefined && (
        <LinkDialog
          address={asked}
          onOpen={() => openLink(asked)}
          onClose={() => {
            setAsked(undefined);
            terminal?.focus();
          }}
        />
      )}
    </div>
  );
}

function openLink(address: string): void {
  const href = safeLink(address);
  if (href) window.open(href, "_blank", "noopener,noreferrer");
}

async function toggleFullScreen(element: HTMLElement | null): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await element?.requestFullscreen();
}

/** Asks before the tab is closed or reloaded, while that would end something. */
function useLeaveWarning(needed: boolean): void {
  useEffect(() => {
    if (!needed) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [needed]);
}

function useNoticeToast(notice: { message: string } | undefined, toast: (text: string) => void): void {
  useEffect(() => {
    if (notice) toast(notice.message);
  }, [notice, toast]);
}

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { History } from "lucide-react";
import { type MouseEvent, useEffect, useRef, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { copyText, mayReadClipboard } from "../../lib/clipboard.ts";
import { useSetting } from "../../lib/setting.ts";
import { useIsDark } from "../../lib/theme.ts";
import { useForAWhile } from "../../lib/use-for-a-while.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { Button, EmptyState, useToast } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { machineQueries } from "../machines/index.ts";
import { EndSessionDialog } from "../sessions/index.ts";
import type { Renderer } from "./choose-renderer.ts";
import { EndBar } from "./end-bar.tsx";
import { safeLink } from "./hostile-text.ts";
import { LinkDialog } from "./link-dialog.tsx";
import { SearchBar } from "./search-bar.tsx";
import { SessionMenu } from "./session-menu.tsx";
import { isBehind, takesTyping } from "./session-words.ts";
import { ShellHeader } from "./shell-header.tsx";
import type { ShellTerminal } from "./shell-terminal.ts";
import { clampFont, terminalSettings } from "./terminal-settings.ts";
import { TerminalView } from "./terminal-view.tsx";
import { usePageKeys } from "./use-page-keys.ts";
import { useRetryWhenBack } from "./use-retry-when-back.ts";
import { useSavedScreen } from "./use-saved-screen.ts";
import { useSessionAddress } from "./use-session-address.ts";
import { type ShellSession, useShellSession } from "./use-shell-session.ts";

/** A shell on one machine, from the address bar's point of view. */
export function RemoteTerminal() {
  const { machineId = "" } = useParams({ strict: false });
  const { renderer = "auto", session } = useSearch({ strict: false });
  const { user } = useSession();
  const { org } = useOrg();
  if (!org) return <EmptyState title="You are in no organisation" hint="Ask an owner or admin to add you to theirs." />;
  const place = { userId: user.id, orgId: org.id, machineId };
  return <ShellPage key={Object.values(place).join(" ")} {...place} sessionId={session} renderer={renderer} />;
}

/** What lies over the screen of a program goes by itself; later it is found in the menu. */
const OFFERED_MS = 15_000;

interface ShellPageProps {
  userId: string;
  orgId: string;
  machineId: string;
  /** In the address. */
  sessionId: string | undefined;
  renderer: Renderer;
}

function ShellPage({ userId, orgId, machineId, sessionId, renderer }: ShellPageProps) {
  const shell = useShellSession({ userId, orgId, machineId }, sessionId);
  const { state, channel, attached } = shell;
  const isConnected = state.state === "connected";
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
  const [isEnding, setIsEnding] = useState(false);
  const page = useRef<HTMLDivElement>(null);
  const toast = useToast();
  const navigate = useNavigate();
  usePageTitle(title ? `${name}: ${title}` : name);
  useToasts(shell, toast);
  useSavedScreen(channel, userId);
  useRetryWhenBack(channel);
  const beginNew = useSessionAddress(shell, sessionId);

  useEffect(() => channel?.setEchoMode(settings.predictEcho), [channel, settings.predictEcho]);

  const copy = async () => {
    const text = terminal?.selection();
    if (text) toast((await copyText(text)) ? "Copied" : "The browser refused to copy");
  };
  const copyAddress = async () =>
    toast((await copyText(window.location.href)) ? "Copied; it works for you only" : "The browser refused to copy");
  const resizeFont = (by: number) => setSettings({ ...settings, fontPx: clampFont(settings.fontPx + by) });
  const leave = () => void navigate({ to: "/machines" });
  const then = (act: (() => void) | undefined) => () => {
    act?.();
    terminal?.focus();
  };
  const hasEarlier = attached?.screen === true && (attached.base ?? attached.start) < attached.start;
  const offersEarlier = useForAWhile(isConnected && hasEarlier, attached, OFFERED_MS);
  const showEarlier = then(() => channel?.session?.showEarlier());

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
        state={state}
        latency={shell.latency}
        pending={shell.pending}
        onNow={then(() => channel?.session?.retryNow())}
        sessionMenu={
          <SessionMenu
            onShowEarlier={isConnected ? showEarlier : undefined}
            onCopyLink={sessionId === undefined ? undefined : () => void copyAddress()}
            onDetach={leave}
            onEnd={attached && state.state !== "ended" ? () => setIsEnding(true) : undefined}
          />
        }
        settings={settings}
        onSettings={setSettings}
        onSearch={() => setSearching(true)}
        onFont={resizeFont}
        onFullScreen={() => void toggleFullScreen(page.current)}
        onClose={leave}
      />
      <main
        className={`relative min-h-0 flex-1 bg-(--terminal) py-1.5 pl-2.5 ${isBehind(state) ? "*:[.terminal-host]:opacity-85 *:[.terminal-host]:saturate-50" : ""}`}
      >
        <h1 className="sr-only">Terminal on {name}</h1>
        <TerminalView
          channel={channel}
          look={{ ...settings, dark: useIsDark() }}
          renderer={renderer}
          typing={takesTyping(state)}
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
        {offersEarlier && (
          <div className="pointer-events-none absolute inset-x-4 top-2 flex justify-end">
            <Button
              size="small"
              className="pointer-events-auto animate-rise shadow-float"
              icon={<History className="size-4" aria-hidden="true" />}
              onClick={showEarlier}
            >
              Show earlier output
            </Button>
          </div>
        )}
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
      <EndBar
        state={state}
        machine={machine}
        onNew={then(beginNew)}
        onRetry={then(() => channel?.session?.retryNow())}
        onTakeOver={then(() => channel?.session?.takeOver())}
      />
      {isEnding && attached && (
        <EndSessionDialog
          orgId={orgId}
          sessionId={attached.session_id}
          machineName={name}
          onClose={() => {
            setIsEnding(false);
            terminal?.focus();
          }}
        />
      )}
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

function useToasts({ notice, remark }: ShellSession, toast: (text: string) => void): void {
  useEffect(() => {
    // That the machine is away stands in the header.
    if (notice && notice.code !== "MACHINE_UNREACHABLE") toast(notice.message);
  }, [notice, toast]);
  useEffect(() => {
    if (remark) toast(remark.text);
  }, [remark, toast]);
}

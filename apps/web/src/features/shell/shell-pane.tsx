import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { type MouseEvent, useEffect, useRef, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { copyText, mayReadClipboard } from "../../lib/clipboard.ts";
import { useSetting } from "../../lib/setting.ts";
import { t } from "../../lib/texts.ts";
import { useIsDark } from "../../lib/theme.ts";
import { useForAWhile } from "../../lib/use-for-a-while.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { Button, useToast } from "../../ui/index.tsx";
import { machineQueries } from "../machines/index.ts";
import { EndSessionDialog } from "../sessions/index.ts";
import type { Renderer } from "./choose-renderer.ts";
import { EndBar } from "./end-bar.tsx";
import { safeLink } from "./hostile-text.ts";
import { LinkDialog } from "./link-dialog.tsx";
import { PhoneKeyRow } from "./phone-key-row.tsx";
import type { HeldKey } from "./phone-keys.ts";
import { SearchBar } from "./search-bar.tsx";
import { SessionMenu } from "./session-menu.tsx";
import { isBehind, takesTyping } from "./session-words.ts";
import { ShellHeader } from "./shell-header.tsx";
import type { ShellTerminal } from "./shell-terminal.ts";
import { clampFont, terminalSettings } from "./terminal-settings.ts";
import { TerminalView } from "./terminal-view.tsx";
import { useKeptSession } from "./use-kept-session.ts";
import { usePageKeys } from "./use-page-keys.ts";
import { useRetryWhenBack } from "./use-retry-when-back.ts";
import { useSavedScreen } from "./use-saved-screen.ts";
import { type ShellSession, useShellSession } from "./use-shell-session.ts";
import type { Split } from "./workspace.ts";

/** What lies over the screen of a program goes by itself; later it is found in the menu. */
const OFFERED_MS = 15_000;

interface ShellPaneProps {
  userId: string;
  orgId: string;
  machineId: string;
  /** The one to go on with, and the one that it has; a new one without. */
  sessionId: string | undefined;
  renderer: Renderer;
  /** It is typed into, and the page's keys, title and address are its own. */
  isActive: boolean;
  /** One of several that are seen. */
  isBeside: boolean;
  /** Tells several on one machine apart. */
  number: number | undefined;
  onActivate: () => void;
  onSession: (sessionId: string | undefined) => void;
  /** How it is called in the list of tabs. */
  onName: (name: string) => void;
  /** Leaves it; the session goes on. */
  onClose: () => void;
  /** Undefined where there is no room. */
  onNewTab: (() => void) | undefined;
  onSplit: ((split: Split) => void) | undefined;
}

/** A shell on one machine: the bar above it, the screen, and what is said when it ends. */
export function ShellPane(props: ShellPaneProps) {
  const { userId, orgId, machineId, sessionId, renderer, isActive, isBeside, number } = props;
  const { onActivate, onSession, onName, onClose, onNewTab, onSplit } = props;
  const shell = useShellSession({ userId, orgId, machineId }, sessionId);
  const { state, channel, attached } = shell;
  const isConnected = state.state === "connected";
  const machine = useQuery({
    ...machineQueries.list(orgId, useLiveStatus()),
    select: (machines) => machines.find(({ id }) => id === machineId),
  }).data;
  const name = machine?.name ?? t("Terminal");

  const [settings, setSettings] = useSetting(terminalSettings);
  const [terminal, setTerminal] = useState<ShellTerminal>();
  const [title, setTitle] = useState("");
  const [found, setFound] = useState({ at: 0, of: 0 });
  const [searching, setSearching] = useState(false);
  const [asked, setAsked] = useState<string>();
  const [isEnding, setIsEnding] = useState(false);
  const [held, setHeld] = useState<HeldKey[]>([]);
  const page = useRef<HTMLDivElement>(null);
  const toast = useToast();
  const called = title ? `${name}: ${title}` : name;
  usePageTitle(isActive ? called : undefined);
  useEffect(() => onName(called), [called, onName]);
  useToasts(shell, toast);
  useSavedScreen(channel, userId);
  useRetryWhenBack(channel);
  const beginNew = useKeptSession(shell, sessionId, onSession);
  useEffect(() => {
    if (isActive) terminal?.focus();
  }, [isActive, terminal]);

  useEffect(() => channel?.setEchoMode(settings.predictEcho), [channel, settings.predictEcho]);

  const copy = async () => {
    const text = terminal?.selection();
    if (text) toast((await copyText(text)) ? t("Copied") : t("The browser refused to copy"));
  };
  const copyAddress = async () =>
    toast(
      (await copyText(window.location.href)) ? t("Copied; it works for you only") : t("The browser refused to copy"),
    );
  const resizeFont = (by: number) => setSettings({ ...settings, fontPx: clampFont(settings.fontPx + by) });
  const then = (act: (() => void) | undefined) => () => {
    act?.();
    terminal?.focus();
  };
  const hasEarlier = attached?.screen === true && (attached.base ?? attached.start) < attached.start;
  const offersEarlier = useForAWhile(isConnected && hasEarlier, attached, OFFERED_MS);
  const showEarlier = then(() => channel?.session?.showEarlier());

  usePageKeys(
    isActive
      ? {
          search: () => setSearching(true),
          copy: () => void copy(),
          larger: () => resizeFont(1),
          smaller: () => resizeFont(-1),
        }
      : {},
  );

  const paste = () => {
    navigator.clipboard.readText().then(
      (text) => terminal?.paste(text),
      () => toast(t("The browser did not allow pasting; use Ctrl+Shift+V")),
    );
  };
  const onContextMenu = (event: MouseEvent) => {
    // Shift gives the browser's own menu, which can paste as well.
    if (!terminal || event.shiftKey || terminal.reportsMouse() || !mayReadClipboard()) return;
    event.preventDefault();
    if (terminal.selection()) {
      void copy().then(() => terminal.clearSelection());
      return;
    }
    paste();
  };

  return (
    <section
      ref={page}
      aria-label={number === undefined ? name : t("{{name}}, terminal {{number}}", { name, number })}
      onFocusCapture={onActivate}
      onPointerDownCapture={onActivate}
      className={`@container flex min-h-0 min-w-0 flex-col bg-canvas ${isBeside && isActive ? "[&>header]:border-b-accent" : ""}`}
    >
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
            onDetach={onClose}
            onNewTab={onNewTab}
            onSplit={onSplit}
            onEnd={attached && state.state !== "ended" ? () => setIsEnding(true) : undefined}
          />
        }
        settings={settings}
        onSettings={setSettings}
        onSearch={() => setSearching(true)}
        onFont={resizeFont}
        onFullScreen={() => void toggleFullScreen(page.current)}
        onClose={onClose}
      />
      <div
        className={`relative min-h-0 flex-1 bg-(--terminal) py-1.5 pl-2.5 ${isBehind(state) ? "*:[.terminal-host]:opacity-85 *:[.terminal-host]:saturate-50" : ""}`}
      >
        {isActive ? (
          <h1 className="sr-only">{t("Terminal on {{name}}", { name })}</h1>
        ) : (
          <h2 className="sr-only">{t("Terminal on {{name}}", { name })}</h2>
        )}
        <TerminalView
          channel={channel}
          look={{ ...settings, dark: useIsDark() }}
          renderer={renderer}
          typing={takesTyping(state)}
          onTerminal={setTerminal}
          onContextMenu={onContextMenu}
          title={setTitle}
          searched={setFound}
          letGo={() => setHeld([])}
          hiddenLink={setAsked}
          link={openLink}
          selected={(text) => {
            if (settings.copyOnSelect) void copyText(text);
          }}
          programCopied={(text) => void copyText(text).then((done) => done && toast(t("A program copied text")))}
        />
        {offersEarlier && (
          <div className="pointer-events-none absolute inset-x-4 top-2 flex justify-end">
            <Button
              size="small"
              className="pointer-events-auto animate-rise shadow-float"
              icon={<History className="size-4" aria-hidden="true" />}
              onClick={showEarlier}
            >
              {t("Show earlier output")}
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
      </div>
      <EndBar
        state={state}
        machine={machine}
        onNew={then(beginNew)}
        onRetry={then(() => channel?.session?.retryNow())}
        onTakeOver={then(() => channel?.session?.takeOver())}
      />
      {isActive && terminal && takesTyping(state) && (
        <PhoneKeyRow {...{ terminal, held }} onHeld={setHeld} onPaste={mayReadClipboard() ? paste : undefined} />
      )}
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
    </section>
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

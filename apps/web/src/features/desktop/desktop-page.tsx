import { type DesktopInput, type DesktopOutput, type DesktopSessionType, isAdminRole } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { mayReadClipboard } from "../../lib/clipboard.ts";
import { useSetting } from "../../lib/setting.ts";
import { t } from "../../lib/texts.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { EmptyState, useToast } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { machineQueries } from "../machines/index.ts";
import { ClipboardOffer } from "./clipboard-offer.tsx";
import { ConnectionState } from "./connection-state.tsx";
import { CursorCache } from "./cursor-css.ts";
import type { Path } from "./decide-transport.ts";
import type { DesktopConnection } from "./desktop-connection.ts";
import { DesktopHeader } from "./desktop-header.tsx";
import type { DesktopInputs } from "./desktop-inputs.ts";
import { desktopSettings } from "./desktop-settings.ts";
import { hasPicture, isUnderWay } from "./desktop-state.ts";
import { DesktopSurface } from "./desktop-surface.tsx";
import { DisplayMenu } from "./display-menu.tsx";
import { combination } from "./encode-input.ts";
import { KeysMenu } from "./keys-menu.tsx";
import { PhoneKeys } from "./phone-keys.tsx";
import { PictureStage } from "./picture-stage.ts";
import { SessionMenu } from "./session-menu.tsx";
import { SettingsMenu } from "./settings-menu.tsx";
import { StatePanel } from "./state-panel.tsx";
import { StatisticsPanel } from "./statistics-panel.tsx";
import { TextDialog } from "./text-dialog.tsx";
import { useClipboard } from "./use-clipboard.ts";
import { type DesktopPlace, useDesktop } from "./use-desktop.ts";
import { useFigures } from "./use-figures.ts";
import { useFullScreen } from "./use-full-screen.ts";
import type { Zoom } from "./view-geometry.ts";

/** A desktop of one machine, from the address bar's point of view. */
export function DesktopPage() {
  const { machineId = "" } = useParams({ strict: false });
  const { session, transport, type } = useSearch({ strict: false });
  const { user } = useSession();
  const { org } = useOrg();
  if (!org)
    return (
      <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
    );
  const isAdmin = isAdminRole(org.role);
  return (
    <DesktopViewer
      key={[user.id, org.id, machineId].join(" ")}
      orgId={org.id}
      machineId={machineId}
      isAdmin={isAdmin}
      type={isAdmin && type !== "peer" ? "admin" : "peer"}
      sessionId={session}
      forced={transport}
    />
  );
}

interface DesktopViewerProps extends DesktopPlace {
  isAdmin: boolean;
  type: DesktopSessionType;
  /** In the address. */
  sessionId: string | undefined;
  forced: Path | undefined;
}

function DesktopViewer({ orgId, machineId, isAdmin, type, sessionId, forced }: DesktopViewerProps) {
  const machine = useQuery({
    ...machineQueries.list(orgId, useLiveStatus()),
    select: (machines) => machines.find(({ id }) => id === machineId),
  }).data;
  const name = machine?.name ?? t("this machine");
  usePageTitle(t("Desktop of {{name}}", { name }));

  const [stage] = useState(() => new PictureStage());
  const [cursors] = useState(() => new CursorCache());
  const [settings, setSettings] = useSetting(desktopSettings);
  const [zoom, setZoom] = useState<Zoom>(settings.zoom);
  const [inputs, setInputs] = useState<DesktopInputs>();
  const [phoneKeyboard, setPhoneKeyboard] = useState(false);
  const [held, setHeld] = useState<readonly string[]>([]);
  const [isWriting, setIsWriting] = useState(false);
  const page = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const connected = useRef<DesktopConnection>(undefined);
  const { isFull, toggle: toggleFullScreen } = useFullScreen(page);
  const toast = useToast();
  const navigate = useNavigate();

  const send = useCallback((message: DesktopInput) => connected.current?.send(message), []);
  const clipboard = useClipboard(send, toast);
  const { bridge } = clipboard;

  const desktop = useDesktop({
    place: { orgId, machineId },
    type,
    sessionId,
    forced,
    stage,
    onSession: (session) => {
      // A page that is left has another address already.
      if (!window.location.pathname.endsWith(`/remote-desktop/${machineId}`)) return;
      void navigate({
        to: ".",
        search: ({ session: _, ...rest }) => ({ ...rest, ...(session && { session }) }),
        replace: true,
      });
    },
    onMessage: (message: DesktopOutput) => {
      if (message.type === "cursor") stage.setCursor(cursors.css(message.shape));
      else if (message.type === "rights") bridge.setRights(message.clipboard);
      else if (message.type === "clipboard") clipboard.take(message);
      else if (message.type === "notice") toast(message.message);
    },
    onPicture: (connection) => {
      bridge.forget();
      const { quality, maxFps: max_fps } = desktopSettings.get();
      connection.send({ type: "show", quality, max_fps });
    },
  });
  const { state, connection, way, screen, rights, latencyMs, machineStats } = desktop;
  useEffect(() => {
    connected.current = connection;
  }, [connection]);
  const figures = useFigures(connection, settings.statistics && state.phase === "active");

  const isActive = state.phase === "active";
  const isShown = hasPicture(state);
  useEffect(() => {
    if (!isShown) stage.clear();
  }, [isShown, stage]);
  const mayAct = isActive && rights?.input !== false;
  const mayPaste = isActive && rights?.clipboard.to_machine === true;
  useEffect(() => {
    if (!mayAct) stage.setCursor("default");
  }, [mayAct, stage]);

  // Before the page is painted: the first key after "Connected" is the machine's already.
  useLayoutEffect(() => {
    // Whoever looks at a desktop types into it, unless he is answering something of this page.
    if (isActive && !document.querySelector("dialog[open]")) field.current?.focus({ preventScroll: true });
  }, [isActive]);

  /** Acts, and gives the keyboard back to the machine when the menu has closed. */
  const then =
    <Values extends unknown[]>(act: (...values: Values) => void) =>
    (...values: Values) => {
      act(...values);
      setTimeout(() => field.current?.focus({ preventScroll: true }), 0);
    };
  const chooseZoom = (next: "fit" | "actual") => {
    setZoom(next);
    setSettings({ ...settings, zoom: next });
  };
  const change = (next: typeof settings) => {
    setSettings(next);
    send({ type: "show", quality: next.quality, max_fps: next.maxFps });
  };
  const paste = (text: string) => {
    const { outcome, ...refusal } = bridge.toMachine(text);
    if ("message" in refusal) toast(refusal.message);
    return outcome === "sent";
  };
  const pasteFromButton = () => {
    if (!mayReadClipboard())
      return toast(t("Press Ctrl+V over the picture: this browser lets a page read nothing else"));
    navigator.clipboard.readText().then(
      (text) => {
        if (text === "") toast(t("Your clipboard holds no text"));
        else if (paste(text)) toast(t("Sent; paste it on the machine"));
      },
      () => toast(t("The browser did not allow it; press Ctrl+V over the picture")),
    );
  };
  const pressTogether = (keys: readonly string[]) => {
    for (const message of combination(keys)) send(message);
  };
  const holdPointer = () => {
    const surface = page.current?.querySelector<HTMLElement>(".desktop-host");
    // Raw movement where the system has it; the machine has an acceleration of its own.
    Promise.resolve(surface?.requestPointerLock({ unadjustedMovement: true }))
      .catch(() => surface?.requestPointerLock())
      .then(
        () => toast(t("The pointer is held; Esc lets it go")),
        () => toast(t("The browser did not hold the pointer")),
      );
  };
  const order = (next: DesktopSessionType) => {
    const search = next === "peer" && isAdmin ? { type: "peer" as const } : {};
    void navigate({ to: ".", search: ({ session: _, type: __, ...rest }) => ({ ...rest, ...search }), replace: true });
    desktop.order(next);
  };
  const close = () => {
    void connection?.end();
    void navigate({ to: "/machines" });
  };
  const takeHeldKeys = () => {
    if (held.length > 0) setHeld([]);
    return held;
  };
  const sessionType = "session" in state ? state.session.session_type : type;
  const other = {
    admin: {
      words: t("Ask for consent instead"),
      why: t("Begins anew as a peer session"),
      onChoose: () => order("peer"),
    },
    peer: {
      words: t("Connect as administrator"),
      why: t("Begins anew, asks nobody but the machine"),
      onChoose: () => order("admin"),
    },
  }[sessionType];

  return (
    <div ref={page} className="desktop-page flex h-dvh flex-col bg-canvas" data-full={isFull ? "yes" : "no"}>
      <DesktopHeader
        name={machine?.name ?? t("Desktop")}
        address={machine?.tailnet_ip}
        connectionState={
          <ConnectionState
            state={state}
            machine={{ name, consent: machine?.desktop?.consent }}
            way={way}
            latencyMs={latencyMs}
            isViewOnly={rights?.input === false}
            onNow={() => connection?.retryNow()}
          />
        }
        isShown={isShown}
        isFit={zoom === "fit"}
        onFit={then(() => chooseZoom(zoom === "fit" ? "actual" : "fit"))}
        isFullScreen={isFull}
        onFullScreen={then(toggleFullScreen)}
        onClose={close}
        menus={
          <>
            {isShown && (
              <>
                {mayAct && <KeysMenu onPress={then(pressTogether)} />}
                <DisplayMenu
                  screen={screen}
                  zoom={zoom}
                  onZoom={then(chooseZoom)}
                  onFullScreen={then(toggleFullScreen)}
                  onDisplay={then((display) => send({ type: "show", display }))}
                  onResize={mayAct ? then((size) => send({ type: "resize", ...size })) : undefined}
                  room={() => roomOf(page.current)}
                />
                <SettingsMenu
                  settings={settings}
                  onSettings={change}
                  onDirect={way?.via === "stream" && forced === undefined ? () => connection?.tryDirect() : undefined}
                />
              </>
            )}
            {isUnderWay(state) && (
              <SessionMenu
                rights={isActive ? rights : undefined}
                onPaste={then(pasteFromButton)}
                onText={() => setIsWriting(true)}
                onHoldPointer={then(holdPointer)}
                other={isAdmin ? other : undefined}
                onDisconnect={() => void connection?.end()}
              />
            )}
          </>
        }
      />
      <main className="relative min-h-0 flex-1 overflow-hidden bg-sunken">
        <h1 className="sr-only">{t("Desktop of {{name}}", { name })}</h1>
        {/* In the page from the beginning: a browser draws no video that is not. */}
        <div className={isShown ? "" : "opacity-0"} inert={!isShown}>
          <DesktopSurface
            name={name}
            stage={stage}
            zoom={zoom}
            onZoom={setZoom}
            field={field}
            onInputs={setInputs}
            hasPhoneKeyboard={phoneKeyboard}
            mayAct={mayAct}
            mayOnlyLook={isActive && !mayAct}
            isBehind={state.phase === "reconnecting"}
            send={send}
            isCongested={() => connection?.line?.isCongested ?? false}
            onPaste={(text) => void paste(text)}
            onLeave={() => page.current?.querySelector<HTMLElement>("[role=toolbar] button:not(:disabled)")?.focus()}
            takeHeldKeys={takeHeldKeys}
          />
        </div>
        {!isShown && (
          <StatePanel
            state={state}
            name={name}
            machine={machine}
            mayGoAsAdmin={isAdmin && sessionType === "peer"}
            onAgain={() => order(type)}
            onAsAdmin={() => order("admin")}
            onCallAgain={() => connection?.callAgain()}
            onGoOn={(id) => connection?.start(id)}
            onReplace={(id) => void connection?.replace(id)}
            onCancel={() => void connection?.end()}
          />
        )}
        {settings.statistics && isActive && (
          <StatisticsPanel
            figures={figures}
            latencyMs={latencyMs}
            machine={machineStats}
            way={way}
            onClose={() => setSettings({ ...settings, statistics: false })}
          />
        )}
        {clipboard.offered !== undefined && (
          <ClipboardOffer
            text={clipboard.offered}
            onCopy={then(clipboard.copyOffered)}
            onClose={clipboard.dropOffered}
          />
        )}
      </main>
      {mayAct && (
        <PhoneKeys
          isOpen={phoneKeyboard}
          onKeyboard={() => {
            const next = !phoneKeyboard;
            setPhoneKeyboard(next);
            const element = field.current;
            if (!element) return;
            // At once: a phone shows its keyboard only for a focus that a press made.
            element.inputMode = next ? "text" : "none";
            element.blur();
            if (next) element.focus({ preventScroll: true });
          }}
          held={held}
          onHeld={setHeld}
          onPress={(key) => inputs?.press(key)}
        />
      )}
      {isWriting && (
        <TextDialog
          mayType={mayAct}
          mayPaste={mayPaste}
          onType={(text) => inputs?.type(text)}
          onPaste={(text) => {
            if (paste(text)) toast(t("Sent; paste it on the machine"));
          }}
          onClose={then(() => setIsWriting(false))}
        />
      )}
    </div>
  );
}

/** How many pixels of the screen there are for a picture. */
function roomOf(page: HTMLElement | null): { width: number; height: number } {
  const main = page?.querySelector("main");
  const ratio = window.devicePixelRatio;
  return { width: Math.floor((main?.clientWidth ?? 0) * ratio), height: Math.floor((main?.clientHeight ?? 0) * ratio) };
}

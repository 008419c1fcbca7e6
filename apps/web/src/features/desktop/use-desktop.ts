import { systemClock } from "@sallyport/client";
import type { DesktopOutput, DesktopSessionType } from "@sallyport/protocol";
import { useCallback, useEffect, useState } from "react";
import { hearDesktopNews } from "../../api/desktop-news.ts";
import { liveStatus, subscribeLiveStatus } from "../../api/live-status.ts";
import { useLatest } from "../../lib/use-latest.ts";
import { abilitiesOf, type Path } from "./decide-transport.ts";
import { desktopCalls } from "./desktop-api.ts";
import { DesktopConnection } from "./desktop-connection.ts";
import type { DesktopState, Way } from "./desktop-state.ts";
import { FrameDecoder } from "./frame-decoder.ts";
import { isReload, leftSession } from "./page-leaves.ts";
import { PeerLine } from "./peer-line.ts";
import type { PictureStage } from "./picture-stage.ts";
import { StreamLine } from "./stream-line.ts";

export type Said<Type extends DesktopOutput["type"]> = Extract<DesktopOutput, { type: Type }>;

export interface Desktop {
  state: DesktopState;
  /** Replaced by every new order. */
  connection: DesktopConnection | undefined;
  /** How the picture comes, while there is one. */
  way: Way | undefined;
  latencyMs: number | undefined;
  screen: Said<"screen"> | undefined;
  rights: Said<"rights"> | undefined;
  machineStats: Said<"stats"> | undefined;
  /** Begins anew, as this kind of session. */
  order: (type: DesktopSessionType) => void;
}

export interface DesktopPlace {
  orgId: string;
  machineId: string;
}

interface DesktopOptions {
  place: DesktopPlace;
  type: DesktopSessionType;
  /** In the address: gone on with. */
  sessionId: string | undefined;
  forced: Path | undefined;
  stage: PictureStage;
  /** The session that a reload should go on with. */
  onSession: (sessionId: string | undefined) => void;
  /** What the machine says that is no state: cursor, clipboard, notices. */
  onMessage: (message: DesktopOutput) => void;
  /** A picture is there: of a machine that may know nothing of what was said before. */
  onPicture: (connection: DesktopConnection) => void;
}

/** One viewer: begins and ends with the component. Draws nothing. */
export function useDesktop(options: DesktopOptions): Desktop {
  const { place, type, sessionId, forced, stage } = options;
  const { orgId, machineId } = place;
  const [wanted, setWanted] = useState(() => {
    // A session that this tab has ended is in the address of a page that is loaded again, or gone back to.
    return { type, sessionId: sessionId === leftSession.read() ? undefined : sessionId };
  });
  const [state, setState] = useState<DesktopState>({ phase: "asking" });
  const [connection, setConnection] = useState<DesktopConnection>();
  const [way, setWay] = useState<Way>();
  const [latencyMs, setLatencyMs] = useState<number>();
  const [screen, setScreen] = useState<Said<"screen">>();
  const [rights, setRights] = useState<Said<"rights">>();
  const [machineStats, setMachineStats] = useState<Said<"stats">>();
  const latest = useLatest(options);

  useEffect(() => {
    const api = desktopCalls(orgId, machineId);
    const opened = new DesktopConnection({
      api,
      clock: systemClock,
      abilities: abilitiesOf(window),
      forced,
      sessionType: wanted.type,
      openPeer: (parts) => new PeerLine(parts),
      openStream: ({ sessionId: id, ...events }) =>
        new StreamLine({ ...events, dial: () => api.dial(id), sink: (hears) => new FrameDecoder(hears) }),
      report: {
        state: setState,
        trying: (line) => stage.trying(line),
        losing: () => stage.freeze(),
        picture: (line, by) => {
          stage.show(line);
          setWay(by);
          latest.current.onPicture(opened);
        },
        message: (message) => {
          if (message.type === "screen") {
            stage.setDisplay(message.displays.find(({ id }) => id === message.shown));
            setScreen(message);
          } else if (message.type === "rights") setRights(message);
          else if (message.type === "stats") setMachineStats(message);
          latest.current.onMessage(message);
        },
        latency: setLatencyMs,
        session: (id) => latest.current.onSession(id),
      },
    });
    setState({ phase: "asking" });
    setConnection(opened);
    // In the next task, so that an effect that React starts, stops and starts again asks for one session, not two.
    const starting = setTimeout(() => opened.start(wanted.sessionId), 0);
    const stopHearing = hearDesktopNews((news) => opened.hear(news));
    const stopLive = subscribeLiveStatus(() => {
      if (liveStatus() === "up") opened.hearAgain();
    });
    const stopLeaving = onLeave(opened, () => setWanted({ type: wanted.type, sessionId: undefined }));
    return () => {
      clearTimeout(starting);
      stopHearing();
      stopLive();
      stopLeaving();
      opened.close({ keep: false });
      stage.setDisplay(undefined);
      setWay(undefined);
      setLatencyMs(undefined);
      setScreen(undefined);
      setRights(undefined);
      setMachineStats(undefined);
    };
  }, [wanted, forced, orgId, machineId, stage]);

  const order = useCallback((next: DesktopSessionType) => setWanted({ type: next, sessionId: undefined }), []);
  return { state, connection, way, latencyMs, screen, rights, machineStats, order };
}

/** Ends the session with the page, but for a reload; and looks at once when the network is back. */
function onLeave(connection: DesktopConnection, begin: () => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  window.addEventListener("pagehide", () => connection.close({ keep: isReload() }), { signal });
  window.addEventListener(
    "pageshow",
    ({ persisted }) => {
      if (persisted) begin();
    },
    { signal },
  );
  window.addEventListener("online", () => connection.retryNow(), { signal });
  return () => listening.abort();
}

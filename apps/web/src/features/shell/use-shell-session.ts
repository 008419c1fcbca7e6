import { type SessionState, TerminalSession } from "@sallyport/client";
import { type Attached, type Notice, RemoteError, shellApi } from "@sallyport/protocol";
import { useCallback, useEffect, useState } from "react";
import { baseUrl, sessionKeeper, signedIn } from "../../api/client.ts";
import type { SavedSession } from "../../lib/saved-sessions.ts";
import { tabSessions } from "../../lib/tab-sessions.ts";
import { plural, t } from "../../lib/texts.ts";
import type { PendingWords } from "./pending-text.ts";
import { SessionChannel, type SessionChannelParts } from "./session-channel.ts";

export interface Latency {
  controlPlaneMs: number;
  machineMs: number | undefined;
}

export interface ShellSession {
  state: SessionState;
  /** Replaced by every new session. */
  channel: SessionChannel | undefined;
  /** Of the newest attach. */
  attached: Attached | undefined;
  latency: Latency | undefined;
  notice: Notice | undefined;
  pending: PendingWords;
  /** What a person should hear once: typing that was not taken, or was given up. */
  remark: { text: string } | undefined;
  /** Begins a new session, or goes on with another one. */
  order: (sessionId: string | undefined) => void;
}

interface Place {
  userId: string;
  orgId: string;
  machineId: string;
}

const NOTHING_PENDING: PendingWords = { count: 0, shown: "" };

/** The viewer of one session: begins and ends with the component, the session itself goes on. Draws nothing. */
export function useShellSession({ userId, orgId, machineId }: Place, firstId: string | undefined): ShellSession {
  // Asking for the same again is a new object, and a new viewer.
  const [wanted, setWanted] = useState({ sessionId: firstId });
  const [state, setState] = useState<SessionState>({ state: "connecting" });
  const [channel, setChannel] = useState<SessionChannel>();
  const [attached, setAttached] = useState<Attached>();
  const [latency, setLatency] = useState<Latency>();
  const [notice, setNotice] = useState<Notice>();
  const [pending, setPending] = useState(NOTHING_PENDING);
  const [remark, setRemark] = useState<{ text: string }>();

  useEffect(() => {
    const { sessionId } = wanted;
    const saved = sessionId === undefined ? undefined : tabSessions.read(sessionId, userId);
    if (saved) tabSessions.write({ ...saved, reattachToken: undefined });
    let isOver = false;
    const unlessOver =
      <Value>(tell: (value: Value) => void) =>
      (value: Value) => {
        if (!isOver) tell(value);
      };
    const opened = new SessionChannel({
      drawn: saved?.drawn?.screen,
      open: openSession({ orgId, machineId }, sessionId, saved),
      report: {
        state: unlessOver(setState),
        attached: unlessOver(setAttached),
        latency: unlessOver(setLatency),
        notice: unlessOver(setNotice),
        pending: unlessOver(setPending),
        refused: unlessOver(() => setRemark({ text: t("Not accepted: too much is waiting") })),
        dropped: unlessOver((count) => setRemark({ text: droppedWords(count) })),
      },
    });
    setState({ state: "connecting" });
    setChannel(opened);
    return () => {
      isOver = true;
      opened.close();
      setAttached(undefined);
      setLatency(undefined);
      setNotice(undefined);
      setPending(NOTHING_PENDING);
      setRemark(undefined);
    };
  }, [wanted, userId, orgId, machineId]);

  const order = useCallback((sessionId: string | undefined) => setWanted({ sessionId }), []);
  return { state, channel, attached, latency, notice, pending, remark, order };
}

const openSession =
  (
    { orgId, machineId }: Omit<Place, "userId">,
    sessionId: string | undefined,
    saved: SavedSession | undefined,
  ): SessionChannelParts["open"] =>
  (size, events) =>
    new TerminalSession(
      {
        target: { baseUrl, orgId, machineId },
        size,
        dial: (url, protocols) => new WebSocket(url, protocols),
        accessToken,
        createSession: async () => {
          const input = { org_id: orgId, machine_id: machineId };
          return (await signedIn((client) => client.act(shellApi, "create_session", input))).token;
        },
        status: (session_id, reattach_token) => {
          const input = { org_id: orgId, session_id, reattach_token };
          return signedIn((client) => client.act(shellApi, "session_status", input));
        },
        ...(sessionId !== undefined && {
          resume: { sessionId, reattachToken: saved?.reattachToken, have: saved?.drawn?.have },
        }),
      },
      events,
    );

async function accessToken(): Promise<string> {
  const token = await sessionKeeper.accessToken();
  if (!token) throw new RemoteError(401, { code: "UNAUTHORIZED", message: t("Your sign-in has ended") });
  return token;
}

const droppedWords = (count: number): string =>
  plural(count, {
    one: "{{count, number}} typed byte was given up",
    other: "{{count, number}} typed bytes were given up",
  });

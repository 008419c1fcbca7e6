import { useEffect, useLayoutEffect, useRef } from "react";
import { tabSessions } from "../../lib/tab-sessions.ts";
import type { SessionChannel } from "./session-channel.ts";

/** A tab that crashes loses no more than that; the machine still has it. */
const EVERY_MS = 5_000;

/** Saves what the terminal shows, for a reload: every few seconds, when the page goes, and when the component does. */
export function useSavedScreen(channel: SessionChannel | undefined, userId: string): void {
  const savedTo = useRef<number>(undefined);

  // A layout effect ends before the terminal does.
  useLayoutEffect(() => {
    const save = () => saveScreen(channel, userId, { isLeaving: true });
    window.addEventListener("pagehide", save);
    return () => {
      window.removeEventListener("pagehide", save);
      save();
    };
  }, [channel, userId]);

  useEffect(() => {
    savedTo.current = undefined;
    const timer = setInterval(() => {
      const have = channel?.session?.have;
      if (have === savedTo.current) return;
      savedTo.current = have;
      saveScreen(channel, userId, { isLeaving: false });
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [channel, userId]);
}

function saveScreen(channel: SessionChannel | undefined, userId: string, { isLeaving }: { isLeaving: boolean }): void {
  const session = channel?.session;
  if (session?.sessionId === undefined) return;
  const { sessionId, reattachToken, state } = session;
  if (state.state === "ended") return tabSessions.remove(sessionId);
  const drawn = channel?.save();
  tabSessions.write({
    sessionId,
    userId,
    savedAt: Date.now(),
    ...(isLeaving && { reattachToken }),
    ...(drawn && { drawn }),
  });
}

import { useEffect } from "react";
import type { SessionChannel } from "./session-channel.ts";

/** Looks after the connection when the browser has news of the network, or wakes up. */
export function useRetryWhenBack(channel: SessionChannel | undefined): void {
  useEffect(() => {
    const retry = () => {
      const session = channel?.session;
      // What was refused was refused for a reason that the network has no part in.
      if (session && session.state.state !== "refused" && document.visibilityState === "visible") session.retryNow();
    };
    // A socket without a network looks open for a while, so it is asked to answer.
    const news = ["online", "offline", "focus", "pageshow"];
    for (const each of news) window.addEventListener(each, retry);
    document.addEventListener("visibilitychange", retry);
    return () => {
      for (const each of news) window.removeEventListener(each, retry);
      document.removeEventListener("visibilitychange", retry);
    };
  }, [channel]);
}

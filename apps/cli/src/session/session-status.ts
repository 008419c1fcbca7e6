import type { SessionState } from "@sallyport/client";

/** One line about a session that is not connected; undefined when there is nothing to say. */
export function statusLine(state: SessionState, { now, waitingBytes }: { now: number; waitingBytes: number }) {
  const typed = waitingBytes > 0 ? `, ${waitingBytes} typed ${waitingBytes === 1 ? "byte waits" : "bytes wait"}` : "";
  switch (state.state) {
    case "waiting":
      return `[waiting for the machine${typed}; Ctrl-] d detaches]`;
    case "reconnecting": {
      const seconds = Math.ceil((state.retryAt - now) / 1_000);
      const when = seconds > 0 ? `reconnecting in ${seconds} s` : "reconnecting";
      // The reason comes last: it may be long, and the line is cut at the edge of the screen.
      return `[${when}${typed}; Ctrl-] r now, Ctrl-] d detaches: ${state.reason}]`;
    }
    default:
      return undefined;
  }
}

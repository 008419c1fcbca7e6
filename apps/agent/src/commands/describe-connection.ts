import type { ConnectionState } from "../link/link-status.ts";
import { oneLine } from "../platform/one-line.ts";

/** A connection's state for people, in a few words. */
export function describeConnection(connection: ConnectionState, now = Date.now()): string {
  switch (connection.state) {
    case "connecting":
      return "connecting";
    case "connected":
      return `connected since ${connection.since}`;
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((Date.parse(connection.retry_at) - now) / 1000));
      const what = connection.refused ? "refused, trying again" : "reconnecting";
      return `${what} in ${seconds} s: ${oneLine(connection.reason)}`;
    }
    default:
      return connection satisfies never;
  }
}

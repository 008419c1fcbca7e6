import { shellSocket } from "@sallyport/client";
import { type Notice, RemoteError, shellApi } from "@sallyport/protocol";
import { useCallback, useEffect, useState } from "react";
import { baseUrl, sessionKeeper, signedIn } from "../../api/client.ts";
import { ShellConnection, type ShellState } from "./shell-connection.ts";
import type { TerminalChannel } from "./terminal-channel.ts";

export interface ShellSession {
  state: ShellState;
  /** Replaced by every new session. */
  channel: TerminalChannel | undefined;
  /** Milliseconds to the control plane and back. */
  latencyMs: number | undefined;
  notice: Notice | undefined;
  /** Ends what is open and begins a new session with a new token; an old token is never used again. */
  restart: () => void;
}

/** What is asked for. Asking for the same again is a new object, and a new session. */
interface Order {
  orgId: string;
  machineId: string;
}

/** The lifetime of a shell on one machine: begins with the component, ends with it. Draws nothing. */
export function useShellSession(first: Order): ShellSession {
  const [order, setOrder] = useState(first);
  const [state, setState] = useState<ShellState>({ phase: "starting" });
  const [channel, setChannel] = useState<TerminalChannel>();
  const [latencyMs, setLatencyMs] = useState<number>();
  const [notice, setNotice] = useState<Notice>();

  useEffect(() => {
    const connection = new ShellConnection({
      prepare: () => prepare(order),
      openSocket: (url, protocols) => new WebSocket(url, protocols),
      onState: setState,
      onLatency: setLatencyMs,
      onNotice: setNotice,
    });
    setChannel(connection);
    // In the next task, so that an effect that React starts, stops and starts again asks for one session, not two.
    const timer = setTimeout(() => void connection.start(), 0);
    return () => {
      clearTimeout(timer);
      connection.close();
      setLatencyMs(undefined);
      setNotice(undefined);
    };
  }, [order]);

  const restart = useCallback(() => setOrder((last) => ({ ...last })), []);
  return { state, channel, latencyMs, notice, restart };
}

async function prepare({ orgId, machineId }: Order): Promise<{ url: string; protocols: string[] }> {
  const { token } = await signedIn((client) =>
    client.act(shellApi, "create_session", { org_id: orgId, machine_id: machineId }),
  );
  const accessToken = await sessionKeeper.accessToken();
  if (!accessToken) throw new RemoteError(401, { code: "UNAUTHORIZED", message: "Your sign-in has ended" });
  return shellSocket({ baseUrl, accessToken, orgId, machineId, shellToken: token });
}

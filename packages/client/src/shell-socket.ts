import {
  JWT_SUBPROTOCOL_PREFIX,
  REATTACH_SUBPROTOCOL_PREFIX,
  SHELL_SOCKET_PATH,
  SHELL_SUBPROTOCOL,
  SHELL_TOKEN_SUBPROTOCOL_PREFIX,
  type TerminalSize,
} from "@sallyport/protocol";

/** Where a session runs, and who asks for it. */
export interface ShellAccess {
  baseUrl: string;
  accessToken: string;
  orgId: string;
  machineId: string;
}

export interface ShellTicket extends ShellAccess {
  /** From `create_session`; opens one session, once. */
  shellToken: string;
}

/** Which session: a new one for its shell token, or one that runs. */
export type ShellSessionChoice =
  | { shellToken: string }
  | {
      sessionId: string;
      /** The window has every output byte before this; absent when it has nothing. */
      have?: number | undefined;
      /** Another window is left behind. */
      takeOver?: boolean | undefined;
    };

export type ShellSocketRequest = ShellAccess &
  ShellSessionChoice & {
    /** Of this window; see `newReattachToken`. One that is used for a single attach may be left out. */
    reattachToken?: string | undefined;
    /** The size to start with. */
    size?: TerminalSize | undefined;
  };

/** The WebSocket address of a control plane's path. */
export function socketUrl(baseUrl: string, path: string, query: Record<string, string>): string {
  const url = new URL(path, baseUrl);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

/** 32 random bytes in base64url: shows the control plane that a later attach comes from the same window. */
export function newReattachToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

/**
 * Address and subprotocols of a framed shell socket. The secrets travel as subprotocols and not in the address,
 * because addresses end up in logs and histories (hazard H3).
 */
export function shellSocket(request: ShellSocketRequest): { url: string; protocols: string[] } {
  const { baseUrl, accessToken, orgId, machineId, reattachToken = newReattachToken(), size } = request;
  const query = {
    org_id: orgId,
    machine_id: machineId,
    ...("sessionId" in request && {
      session_id: request.sessionId,
      ...(request.have !== undefined && { have: String(request.have) }),
      ...(request.takeOver && { takeover: "1" }),
    }),
    ...(size && { cols: String(size.cols), rows: String(size.rows) }),
  };
  return {
    url: socketUrl(baseUrl, SHELL_SOCKET_PATH, query),
    protocols: [
      SHELL_SUBPROTOCOL,
      `${JWT_SUBPROTOCOL_PREFIX}${accessToken}`,
      `${REATTACH_SUBPROTOCOL_PREFIX}${reattachToken}`,
      ...("shellToken" in request ? [`${SHELL_TOKEN_SUBPROTOCOL_PREFIX}${request.shellToken}`] : []),
    ],
  };
}

/** The documented address for any WebSocket client: plain bytes both ways, everything in the query (RS-021). */
export function buildWsUrl({ baseUrl, accessToken, orgId, machineId, shellToken }: ShellTicket): string {
  return socketUrl(baseUrl, SHELL_SOCKET_PATH, {
    token: accessToken,
    org_id: orgId,
    machine_id: machineId,
    shell_token: shellToken,
  });
}

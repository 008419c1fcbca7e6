import {
  JWT_SUBPROTOCOL_PREFIX,
  SHELL_SOCKET_PATH,
  SHELL_SUBPROTOCOL,
  SHELL_TOKEN_SUBPROTOCOL_PREFIX,
} from "@sallyport/protocol";

export interface ShellTicket {
  baseUrl: string;
  accessToken: string;
  orgId: string;
  machineId: string;
  /** From `create_session`; opens one socket, once. */
  shellToken: string;
}

/** The WebSocket address of a control plane's path. */
export function socketUrl(baseUrl: string, path: string, query: Record<string, string>): string {
  const url = new URL(path, baseUrl);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

/**
 * Address and subprotocols of a framed shell socket. The secrets travel as subprotocols and not in the address,
 * because addresses end up in logs and histories (hazard H3).
 */
export function shellSocket({ baseUrl, accessToken, orgId, machineId, shellToken }: ShellTicket): {
  url: string;
  protocols: string[];
} {
  return {
    url: socketUrl(baseUrl, SHELL_SOCKET_PATH, { org_id: orgId, machine_id: machineId }),
    protocols: [
      SHELL_SUBPROTOCOL,
      `${JWT_SUBPROTOCOL_PREFIX}${accessToken}`,
      `${SHELL_TOKEN_SUBPROTOCOL_PREFIX}${shellToken}`,
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

/** Which of the STUN and TURN servers are used, as werift takes them: one of each, without TLS. */
import type { IceServer } from "@sallyport/protocol";

interface ChosenServers {
  stun: { host: string; port: number } | undefined;
  turn: { host: string; port: number; username: string; credential: string; overTcp: boolean } | undefined;
}

const DEFAULT_PORT = 3478;
const URL_FORM = /^(stun|turn):([^\s:?[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;

export function chooseIceServers(servers: readonly IceServer[]): ChosenServers {
  const known = servers.flatMap(({ urls, username, credential }) =>
    urls.flatMap((url) => {
      const [, scheme = "", host = "", port, transport] = URL_FORM.exec(url) ?? [];
      if (!host) return [];
      const isTurn = scheme.toLowerCase() === "turn";
      const at = { host, port: port === undefined ? DEFAULT_PORT : Number(port) };
      return [{ ...at, isTurn, overTcp: transport?.toLowerCase() === "tcp", username, credential }];
    }),
  );
  const stun = known.find(({ isTurn }) => !isTurn);
  const turns = known.filter(({ isTurn, username, credential }) => isTurn && username && credential);
  const turn = turns.find(({ overTcp }) => !overTcp) ?? turns[0];
  return {
    stun: stun && { host: stun.host, port: stun.port },
    turn: turn && {
      host: turn.host,
      port: turn.port,
      username: turn.username ?? "",
      credential: turn.credential ?? "",
      overTcp: turn.overTcp,
    },
  };
}

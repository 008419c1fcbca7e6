import { AppError, LINK_MESSAGE_BYTES, LINK_PATH } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { SocketRoute } from "../../platform/live/socket-router.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import { bearerToken } from "../auth/index.ts";
import { findByNodeKey } from "../machines/index.ts";
import { AgentLink, type AgentLinkEvents, refusalOf } from "./agent-link.ts";

/** The socket an agent keeps open. Its node key, in a header, says which machine it is; nothing it says later does. */
export function linkRoute({
  db,
  keyring,
  events,
  logger,
}: {
  db: Database;
  keyring: Keyring;
  events: AgentLinkEvents;
  logger: Logger;
}): SocketRoute {
  return {
    path: LINK_PATH,
    origin: "none",
    maxMessageBytes: LINK_MESSAGE_BYTES,
    async accept({ headers, caller, ipAddress }) {
      const nodeKey = bearerToken(headers.authorization);
      const known = nodeKey === undefined ? undefined : await findByNodeKey(db, hashSecret(nodeKey));
      if (!known) throw new AppError("INVALID_NODE_KEY", {});
      const { machine } = known;
      Object.assign(caller, { machineId: machine.id, orgId: machine.orgId });
      const refusal = refusalOf(machine);
      if (refusal) throw refusal;
      const machineKey = keyring.open(machine.secretKeyHash, machine.id);
      return {
        open(socket) {
          new AgentLink(socket, machine, { machineKey, ipAddress }, { events, logger });
        },
      };
    },
  };
}

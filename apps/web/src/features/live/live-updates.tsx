import { socketUrl } from "@sallyport/client";
import { type DashboardEvent, JWT_SUBPROTOCOL_PREFIX, LIVE_PATH, LIVE_SUBPROTOCOL } from "@sallyport/protocol";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { baseUrl, sessionKeeper } from "../../api/client.ts";
import { tellDesktopNews } from "../../api/desktop-news.ts";
import { LiveSocket } from "../../api/live-socket.ts";
import { setLiveStatus, useLiveStatus } from "../../api/live-status.ts";
import { readAgain } from "../../api/read-again.ts";
import { AUDIT, RECORDS } from "../../api/records.ts";
import { accessQueries } from "../auth/index.ts";
import { desktopQueries, showDesktop } from "../desktop/index.ts";
import { machineQueries, showMachineEvent } from "../machines/index.ts";
import { announceSessions } from "../sessions/index.ts";

const isNotAccess = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== accessQueries.all[0];

/** Keeps one socket open per tab, and hands every announcement to the feature it is about. Draws nothing. */
export function LiveUpdates({ orgId }: { orgId: string }) {
  const queries = useQueryClient();
  useQuery(accessQueries.mine(useLiveStatus()));

  useEffect(() => {
    const onEvent = (event: DashboardEvent) => {
      if (event.type === "sessions.changed") return announceSessions(queries);
      if (event.type === "records.changed") {
        return void readAgain(queries, { queryKey: event.refusals_only ? [RECORDS, AUDIT] : [RECORDS] });
      }
      if (event.type === "machine.changed" || event.type === "machine.deleted") {
        return showMachineEvent(queries, orgId, event);
      }
      if (event.type !== "access.changed") {
        if (event.type === "desktop.changed") showDesktop(queries, event.session);
        return tellDesktopNews(event);
      }
      // Whatever was shown may be more, or less, than one may see now.
      void rereadAccess().then(() => readAgain(queries, { predicate: isNotAccess }));
    };

    // First: what rights no longer allow is not asked for.
    const rereadAccess = () => readAgain(queries, { queryKey: accessQueries.all });

    const rereadAll = async () => {
      await rereadAccess();
      void readAgain(queries, { queryKey: machineQueries.all });
      void readAgain(queries, { queryKey: desktopQueries.all });
      void readAgain(queries, { queryKey: [RECORDS] });
      announceSessions(queries);
    };

    const socket = new LiveSocket({
      open: () => openLiveSocket(orgId),
      onEvent,
      onStatus: (status) => {
        setLiveStatus(status);
        // What happened while nobody listened was not announced again.
        if (status === "up") void rereadAll();
      },
    });
    socket.start();
    return () => socket.stop();
  }, [orgId, queries]);

  return null;
}

async function openLiveSocket(orgId: string): Promise<WebSocket> {
  const token = await sessionKeeper.accessToken();
  if (!token) throw new Error("nobody is signed in");
  // The token is a subprotocol and not part of the address, because addresses end up in logs.
  return new WebSocket(socketUrl(baseUrl, LIVE_PATH, { org_id: orgId }), [
    LIVE_SUBPROTOCOL,
    `${JWT_SUBPROTOCOL_PREFIX}${token}`,
  ]);
}

import type { DesktopSessionView, Membership } from "@sallyport/protocol";
import { onlineManager, useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { desktopQueries } from "./desktops.queries.ts";

const subscribeOnline = (listener: () => void) => onlineManager.subscribe(listener);

/** Desktop sessions that wait or run; undefined while they are not known, or not to be had. */
export function useDesktops(org: Membership | undefined): readonly DesktopSessionView[] | undefined {
  const list = desktopQueries.list(org, useLiveStatus());
  const isOnline = useSyncExternalStore(subscribeOnline, () => onlineManager.isOnline());
  // A poll that waits for the network would go on before it is known that the plan still has them.
  return useQuery({ ...list, ...(!isOnline && { refetchInterval: false }) }).data;
}

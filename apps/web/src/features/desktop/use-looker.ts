import type { DesktopSessionView, MachineView, Membership, Role } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useLiveStatus } from "../../api/live-status.ts";
import { useOrg, useSession } from "../auth/index.ts";
import { machineQueries } from "../machines/machines.queries.ts";
import { hasDesktops } from "./desktops.queries.ts";
import { useDesktops } from "./use-desktops.ts";

interface Looking {
  org: Membership | undefined;
  /** That wait or run; undefined while they are not known, or not to be had. */
  sessions: readonly DesktopSessionView[] | undefined;
  who: { userId: string; role: Role | undefined; machines: readonly MachineView[] | undefined };
}

/** The desktop sessions that this person may know of, and what his rights to them depend on. */
export function useLooker(): Looking {
  const { user } = useSession();
  const { org } = useOrg();
  const live = useLiveStatus();
  const sessions = useDesktops(org);
  const { data: machines } = useQuery({ ...machineQueries.list(org?.id ?? "", live), enabled: hasDesktops(org) });
  return { org, sessions, who: { userId: user.id, role: org?.role, machines } };
}

/** The terminals of this browser tab, over a reload. In Session Storage, which belongs to one tab and goes with it. */
import { z } from "zod";
import { activatePane, findPane, Workspace } from "./workspace.ts";

const KEY = "sallyport_workspace";
const Kept = z.object({ userId: z.string(), orgId: z.string(), workspace: Workspace });

interface Owner {
  userId: string;
  orgId: string;
}

export function keepWorkspace(storage: Storage, { userId, orgId }: Owner, workspace: Workspace): void {
  try {
    storage.setItem(KEY, JSON.stringify({ userId, orgId, workspace }));
  } catch {
    // The storage is full: after a reload there is the one terminal that is in the address.
  }
}

/**
 * The terminals that the session in the address was among, with that one shown. Undefined for any other session, and for
 * another person: an address that somebody opens anew is one terminal.
 */
export function restoreWorkspace(
  storage: Storage,
  { userId, orgId }: Owner,
  sessionId: string | undefined,
): Workspace | undefined {
  if (sessionId === undefined) return undefined;
  const kept = Kept.safeParse(parse(storage.getItem(KEY))).data;
  if (kept?.userId !== userId || kept.orgId !== orgId) return undefined;
  const pane = findPane(kept.workspace, (each) => each.sessionId === sessionId);
  return pane && activatePane(kept.workspace, pane.id);
}

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

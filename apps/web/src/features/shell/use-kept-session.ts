import { useEffect, useRef } from "react";
import type { ShellSession } from "./use-shell-session.ts";

/**
 * Tells which session a terminal has, so that a reload, a bookmark and the way back come to the same one; and goes on with
 * another when that is what is kept. Returns how to begin a new one.
 */
export function useKeptSession(
  { attached, order }: ShellSession,
  kept: string | undefined,
  onSession: (sessionId: string | undefined) => void,
): () => void {
  const shown = useRef(kept);
  const attachedId = attached?.session_id;

  useEffect(() => {
    if (attachedId === undefined || attachedId === shown.current) return;
    shown.current = attachedId;
    onSession(attachedId);
  }, [attachedId, onSession]);

  useEffect(() => {
    if (kept === undefined || kept === shown.current) return;
    shown.current = kept;
    order(kept);
  }, [kept, order]);

  return () => {
    shown.current = undefined;
    onSession(undefined);
    order(undefined);
  };
}

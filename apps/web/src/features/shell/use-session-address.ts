import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { ShellSession } from "./use-shell-session.ts";

/**
 * Keeps the session in the address, so that a reload, a bookmark and the way back come to the same one. Returns how to
 * begin a new one.
 */
export function useSessionAddress({ attached, order }: ShellSession, inAddress: string | undefined): () => void {
  const navigate = useNavigate();
  const shown = useRef(inAddress);
  const attachedId = attached?.session_id;

  useEffect(() => {
    if (attachedId === undefined || attachedId === shown.current) return;
    shown.current = attachedId;
    void navigate({ to: ".", search: (search) => ({ ...search, session: attachedId }), replace: true });
  }, [attachedId, navigate]);

  useEffect(() => {
    // Somebody went to another session of this machine.
    if (inAddress === undefined || inAddress === shown.current) return;
    shown.current = inAddress;
    order(inAddress);
  }, [inAddress, order]);

  return () => {
    shown.current = undefined;
    void navigate({ to: ".", search: ({ session: _, ...search }) => search, replace: true });
    order(undefined);
  };
}

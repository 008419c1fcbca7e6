/** Whose switch keeps sessions off a machine: the control plane's, or the machine's own. Both must be on. Pure. */
export function decideSessionsOff({
  sessionEnabled,
  agentSessionEnabled,
}: {
  sessionEnabled: boolean;
  agentSessionEnabled: boolean;
}): "ours" | "its own" | undefined {
  if (!sessionEnabled) return "ours";
  return agentSessionEnabled ? undefined : "its own";
}

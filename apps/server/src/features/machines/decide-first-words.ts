/** What may be said of a node by its administrator, or else by its agent. */
export interface NodeWords {
  agentId: string | null;
  hubEndpoint: string | null;
  tags: readonly string[];
}

/**
 * What of an agent's words about itself is taken: at its first registration, what the administrator left open. From then
 * on the control plane's word counts, so that a node that was broken into cannot call itself something else (H16). Pure.
 */
export function decideFirstWords(
  known: NodeWords & { isNew: boolean; kind: string },
  said: { agentId?: string | undefined; hubEndpoint?: string | undefined; tags?: readonly string[] | undefined },
): { agentId: string | null; hubEndpoint: string | null; tags: string[] } {
  const isOpen = known.isNew;
  return {
    agentId: known.agentId ?? (isOpen ? (said.agentId ?? null) : null),
    hubEndpoint: known.hubEndpoint ?? (isOpen && known.kind === "spoke" ? (said.hubEndpoint ?? null) : null),
    tags: isOpen && known.tags.length === 0 ? [...new Set(said.tags)].sort() : [...known.tags],
  };
}

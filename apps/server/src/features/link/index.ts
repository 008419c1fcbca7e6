export type { AgentLink, AgentLinkEvents, ConsentOutcome, Refusal } from "./agent-link.ts";
export { DuplicateAgents } from "./duplicate-agents.ts";
export { linkRoute } from "./link.live.ts";
export { LinkRegistry } from "./link-registry.ts";
export { Sightings } from "./sightings.ts";

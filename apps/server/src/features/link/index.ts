export type { AgentLink, AgentLinkEvents } from "./agent-link.ts";
export { linkRoute } from "./link.live.ts";
export { LinkRegistry } from "./link-registry.ts";

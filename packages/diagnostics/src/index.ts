export { packagesOf, TOOL_DIRECTORIES } from "./find-tool.ts";
export { parseTarget, type Target } from "./target.ts";
export { type ToolRequest, toolRequest } from "./tool-request.ts";
export { type RunHooks, Toolbench, UnknownHost } from "./toolbench.ts";

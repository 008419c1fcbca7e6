/** From what was asked to what is run: the only place where an argument of a tool is made. Pure. */
import {
  AppError,
  DIAGNOSTIC_HOPS,
  DIAGNOSTIC_PINGS,
  type DiagnosticRequest,
  type DiagnosticTool,
} from "@sallyport/protocol";
import { requirePorts } from "./ports.ts";
import { parseTarget, type Target } from "./target.ts";

export interface ToolRequest {
  tool: DiagnosticTool;
  target: Target;
  timeoutSeconds: number;
  /** What comes after the tool's name, pointed at the target or at an address of it. */
  argumentsFor(target: Target): readonly string[];
}

/** Which tool each setting belongs to. */
const OWNERS = { count: "ping", max_hops: "traceroute", port: "nc", ports: "nmap" } as const;

/**
 * What the tools are run with (U-GK-07). Where a tool knows `--`, what follows is no option, whatever it looks like;
 * nslookup does not know it.
 *
 * @throws AppError `INVALID_INPUT`
 */
const VECTORS: Record<DiagnosticTool, (request: DiagnosticRequest) => ToolRequest["argumentsFor"]> = {
  ping: ({ count = DIAGNOSTIC_PINGS.default }) => {
    return ({ text }) => ["-c", String(count), "--", text];
  },
  nslookup: () => {
    return ({ text }) => [text];
  },
  traceroute: ({ max_hops = DIAGNOSTIC_HOPS.default }) => {
    return ({ text }) => ["-m", String(max_hops), "--", text];
  },
  nc: ({ port }) => {
    if (port === undefined) throw new AppError("INVALID_INPUT", { reason: "--port is required for netcat" });
    return ({ text }) => ["-zv", "-w", "5", "--", text, String(port)];
  },
  nmap: ({ ports }) => {
    if (ports === undefined) throw new AppError("INVALID_INPUT", { reason: "--ports is required for nmap" });
    const checked = requirePorts(ports);
    return ({ kind, text }) => [...(kind === "ipv6" ? ["-6"] : []), "-sT", "-p", checked, "--", text];
  },
};

/** @throws AppError `INVALID_INPUT` for anything that is not exactly one of the vectors above */
export function toolRequest(request: DiagnosticRequest): ToolRequest {
  const { tool, timeout_seconds: timeoutSeconds } = request;
  for (const [setting, owner] of Object.entries(OWNERS)) {
    if (owner !== tool && request[setting as keyof typeof OWNERS] !== undefined) {
      throw new AppError("INVALID_INPUT", { reason: `${setting} is for ${owner}, not for ${tool}` });
    }
  }
  return { tool, target: parseTarget(request.target), timeoutSeconds, argumentsFor: VECTORS[tool](request) };
}

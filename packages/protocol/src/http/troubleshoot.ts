/** Network diagnostics: the tools of GK-047 to GK-051, run where somebody says, with what they found as data. */
import { z } from "zod";
import {
  DIAGNOSTIC_HOPS,
  DIAGNOSTIC_PINGS,
  DIAGNOSTIC_PORTS_CHARS,
  DIAGNOSTIC_SECONDS,
  DIAGNOSTIC_TARGET_CHARS,
} from "../limits.ts";
import { action, actionEndpoint } from "./endpoint.ts";
import { AnyId, Instant } from "./fields.ts";
import { SHELL_GUARD } from "./shell.ts";

/** What each tool is for, in the words and the order of GK-060. */
export const DIAGNOSTIC_TOOLS = {
  ping: "Test ICMP connectivity to a host",
  nslookup: "Perform DNS lookup for a hostname",
  traceroute: "Trace the route to a host",
  nc: "Test TCP connectivity to a port",
  nmap: "Scan ports on a host",
} as const;

export const DiagnosticTool = z.enum(
  Object.keys(DIAGNOSTIC_TOOLS) as [keyof typeof DIAGNOSTIC_TOOLS, ...(keyof typeof DIAGNOSTIC_TOOLS)[]],
);
export type DiagnosticTool = z.infer<typeof DiagnosticTool>;

/** Where tools run when nobody says otherwise (GK-053). */
export const CONTROL_PLANE = "control-plane";

/** What is asked of a tool. Only what any program can judge is judged here; `packages/diagnostics` judges the rest. */
export const DiagnosticRequest = z.object({
  tool: DiagnosticTool,
  /** A host name or an address. */
  target: z.string().min(1).max(DIAGNOSTIC_TARGET_CHARS),
  /** Of ping: how many echo requests. */
  count: z.number().int().min(DIAGNOSTIC_PINGS.min).max(DIAGNOSTIC_PINGS.max).optional(),
  /** Of traceroute. */
  max_hops: z.number().int().min(DIAGNOSTIC_HOPS.min).max(DIAGNOSTIC_HOPS.max).optional(),
  /** Of nc. */
  port: z.number().int().min(1).max(65_535).optional(),
  /** Of nmap: `22,80,8000-8010`. */
  ports: z.string().min(1).max(DIAGNOSTIC_PORTS_CHARS).optional(),
  timeout_seconds: z
    .number()
    .int()
    .min(DIAGNOSTIC_SECONDS.min)
    .max(DIAGNOSTIC_SECONDS.max)
    .default(DIAGNOSTIC_SECONDS.default),
});
export type DiagnosticRequest = z.infer<typeof DiagnosticRequest>;

/** Milliseconds. */
const Rtt = z.number().nonnegative();

export const PingResult = z.object({
  transmitted: z.number().int(),
  received: z.number().int(),
  loss_percent: z.number(),
  /** Null when nothing came back. Not every ping reports `mdev`. */
  rtt_ms: z.object({ min: Rtt, avg: Rtt, max: Rtt, mdev: Rtt.nullable() }).nullable(),
});

export const NslookupResult = z.object({
  /** The resolver that answered. */
  server: z.string().nullable(),
  addresses: z.array(z.string()),
  /** What the name is an alias of, the last of a chain. */
  cname: z.string().nullable(),
  /** Names of an address. */
  names: z.array(z.string()),
  /** `NXDOMAIN`, `SERVFAIL`, … when there is no answer. */
  failure: z.string().nullable(),
});

export const TracerouteResult = z.object({
  hops: z.array(
    z.object({
      hop: z.number().int(),
      /** Of the first router that answered for the hop; null when none did. */
      host: z.string().nullable(),
      address: z.string().nullable(),
      /** One entry a probe; null for one that got no answer. */
      rtt_ms: z.array(Rtt.nullable()),
    }),
  ),
});

export const NcResult = z.object({ open: z.boolean() });

export const NmapResult = z.object({
  host_up: z.boolean(),
  ports: z.array(z.object({ port: z.number().int(), protocol: z.string(), state: z.string(), service: z.string() })),
});

export const DIAGNOSTIC_RESULTS = {
  ping: PingResult,
  nslookup: NslookupResult,
  traceroute: TracerouteResult,
  nc: NcResult,
  nmap: NmapResult,
} as const satisfies Record<DiagnosticTool, z.ZodType>;

export type DiagnosticResult<Tool extends DiagnosticTool = DiagnosticTool> = z.infer<(typeof DIAGNOSTIC_RESULTS)[Tool]>;

/** What came of one run. */
export const DiagnosticReport = z.object({
  status: z.enum(["success", "failed", "timeout"]),
  /** What the tool wrote on both its outputs, in the order in which it came. */
  output: z.string(),
  /** Whether it wrote more than is kept, and was stopped for it. */
  truncated: z.boolean(),
  /** What its output says, as data; null when it says nothing that we know how to read. */
  result: z.union(Object.values(DIAGNOSTIC_RESULTS)).nullable(),
  /** Why it did not end by itself, or did not begin. */
  error: z.string().nullable(),
  started_at: Instant,
  duration_ms: z.number().int(),
  /** Of the tool; null when a signal ended it or it never began. */
  exit_code: z.number().int().nullable(),
});
export type DiagnosticReport = z.infer<typeof DiagnosticReport>;

export const DiagnosticRun = z.object({
  tool: DiagnosticTool,
  target: z.string(),
  /** As `list` has it, whatever way the caller named it. */
  location: z.string(),
  ...DiagnosticReport.shape,
});
export type DiagnosticRun = z.infer<typeof DiagnosticRun>;

/** Kinds of machines, in the order in which locations are listed. */
export const NODE_TYPES = ["gateway", "hub", "spoke", "machine"] as const;

export const DiagnosticLocation = z.object({
  /** `control-plane`, or `TYPE:ID`. */
  location: z.string(),
  type: z.enum([CONTROL_PLANE, ...NODE_TYPES]),
  /** `Control Plane`, or `Hub: hub-1` (GK-064). */
  label: z.string(),
});
export type DiagnosticLocation = z.infer<typeof DiagnosticLocation>;

export const troubleshootApi = actionEndpoint({
  path: "/api/troubleshoot",
  summary: "Network diagnostics from the control plane or a connected node",
  guard: SHELL_GUARD,
  actions: {
    run: action({
      summary: "Run one tool; its output is streamed to a caller that accepts application/x-ndjson",
      input: z.object({
        org_id: AnyId,
        /** `control-plane`, or `gateway:`, `hub:`, `spoke:` or `machine:` and the node's id or name (GK-063). */
        location: z.string().min(1).max(256).default(CONTROL_PLANE),
        ...DiagnosticRequest.shape,
      }),
      output: DiagnosticRun,
      progress: z.object({ type: z.literal("output"), data: z.string() }),
      errors: [
        "NOT_FOUND",
        "TARGET_NOT_ALLOWED",
        "TOOL_NOT_AVAILABLE",
        "TOO_MANY_TOOLS",
        "LOCATION_NOT_AVAILABLE",
        "RATE_LIMITED",
        "AUDIT_UNAVAILABLE",
        "SHUTTING_DOWN",
      ],
    }),
    list: action({
      summary: "Tools, and where they can run now",
      input: z.object({ org_id: AnyId }),
      output: z.object({
        tools: z.array(z.object({ name: DiagnosticTool, description: z.string() })),
        locations: z.array(DiagnosticLocation),
      }),
      errors: [],
    }),
  },
});
